import type { ContainerConfig } from "@cdktf/provider-docker/lib/container/index.js";
import type { TerraformResourceLifecycle } from "cdktf";
import { images } from "../../topology/images.ts";
import type { Service } from "../../topology/service.ts";

/** Logs are rotated: a container that complains for weeks fills no disk. */
const logs = { logDriver: "json-file", logOpts: { "max-size": "10m", "max-file": "3" } } as const;

/** Without swap: a container that outgrows its memory ends, and does not slow everything else down. */
export function limitMemory(memoryMb: number) {
  return { memory: memoryMb, memorySwap: memoryMb } as const;
}

/** A host without accounting of swap tells -1 instead: no reason to change anything. */
export const lifecycle = { ignoreChanges: ["memory_swap"] } satisfies TerraformResourceLifecycle;

/** What every container has, whatever it does: as few rights as can be. */
export const minimalRights = {
  capabilities: { drop: ["ALL"] },
  securityOpts: ["no-new-privileges:true"],
  readOnly: true,
  ...logs,
} as const satisfies Partial<ContainerConfig>;

/** Room in memory where an image writes that is read-only else. */
function renderScratch({ image }: Service): Record<string, string> {
  const row = images[image];
  const paths = "scratch" in row ? row.scratch : [];
  const options = `rw,noexec,nosuid,nodev,size=64m,mode=0700,uid=${row.uid},gid=${row.gid}`;
  return Object.fromEntries(paths.map((path) => [path, options]));
}

/** The rights and limits of a service's containers. */
export function renderRights(service: Service) {
  const { uid, gid } = images[service.image];
  const { capabilities, memoryMb, sharedMemoryMb, graceSeconds, stopSignal, startsPrograms } = service;
  return {
    ...minimalRights,
    ...(capabilities !== undefined && { capabilities: { drop: ["ALL"], add: [...capabilities] } }),
    user: `${uid}:${gid}`,
    tmpfs: renderScratch(service),
    ...limitMemory(memoryMb),
    ...(sharedMemoryMb !== undefined && { shmSize: sharedMemoryMb }),
    restart: "unless-stopped",
    stopTimeout: graceSeconds,
    destroyGraceSeconds: graceSeconds,
    ...(stopSignal !== undefined && { stopSignal }),
    ...(startsPrograms && { init: true }),
  } as const;
}
