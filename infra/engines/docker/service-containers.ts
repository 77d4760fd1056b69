import { Container } from "@cdktf/provider-docker/lib/container/index.js";
import type { Image } from "@cdktf/provider-docker/lib/image/index.js";
import type { Network } from "@cdktf/provider-docker/lib/network/index.js";
import { DataResource, type TerraformStack } from "cdktf";
import { dockerHost } from "../../loopback.ts";
import { images } from "../../topology/images.ts";
import type { Files, NetworkName } from "../../topology/service.ts";
import { lifecycle, minimalRights, renderRights } from "./hardening.ts";
import { renderHealthCheck } from "./health.ts";
import { labels } from "./names.ts";
import { runsOnce } from "./one-shot.ts";
import type { PlannedService } from "./plan.ts";
import { renderTerraformText } from "./terraform-text.ts";
import { createDataVolume, createFileVolume } from "./volume.ts";

interface ServiceOptions {
  readonly stack: TerraformStack;
  readonly stackName: string;
  readonly planned: PlannedService;
  readonly image: Image;
  readonly busybox: Image;
  readonly networks: Readonly<Record<NetworkName, Network>>;
  /** The containers of what it needs. */
  readonly needs: readonly Container[];
  /** Tells texts apart without telling what they say: some hold secrets. */
  readonly fingerprint: (text: string) => string;
}

const isEmpty = (files: Files) => Object.keys(files).length === 0;

/** Where the container finds it, and what must have happened before. */
interface Mount {
  readonly volumeName: string;
  readonly containerPath: string;
  readonly readOnly: boolean;
  readonly preparation: Container;
}

function createMounts({ stack, stackName, planned, busybox }: ServiceOptions): readonly Mount[] {
  const { service, run, place } = planned;
  const { files = {}, liveFiles = {}, secretFiles = {} } = run;
  const mounts: Mount[] = [];
  for (const [kind, texts] of [
    ["files", { ...files, ...liveFiles }],
    ["secrets", secretFiles],
  ] as const) {
    if (isEmpty(texts)) continue;
    const { name, preparation } = createFileVolume({ stack, stackName, service, kind, busybox, files: texts });
    mounts.push({ volumeName: name, containerPath: place[kind], readOnly: true, preparation });
  }
  if ("data" in images[service.image]) {
    const { name, preparation } = createDataVolume({ stack, stackName, service, kind: "data", busybox });
    mounts.push({ volumeName: name, containerPath: place.data, readOnly: false, preparation });
  }
  return mounts;
}

/**
 * Docker limits the processes of a container, but the provider cannot say so: `docker update` does, once the container is
 * ready. The limit stays with the container from then on.
 */
function limitProcesses(stack: TerraformStack, id: string, container: Container, pids: number): void {
  new DataResource(stack, `${id}-pids`, {
    triggersReplace: [container.id, pids],
    provisioners: [
      {
        type: "local-exec",
        interpreter: ["docker", "update", "--pids-limit", String(pids)],
        command: container.id,
      },
    ],
  });
}

/**
 * Tells a running service that its files have changed: a container that lives in its process space for a moment, sends
 * the signal and ends. It is made anew whenever the files or the service's container are.
 */
function tellOfChange(
  options: ServiceOptions,
  id: string,
  container: Container,
  liveFiles: Files,
  after: Container[],
): void {
  const { stack, stackName, planned, busybox, fingerprint } = options;
  const { uid, gid } = images[planned.service.image];
  new Container(stack, `${id}-reload`, {
    ...minimalRights,
    name: `${container.name}-reload`,
    image: busybox.imageId,
    networkMode: "none",
    pidMode: `container:${container.id}`,
    // Who may signal a process without any rights: its own user.
    user: `${uid}:${gid}`,
    entrypoint: [],
    command: ["kill", "-HUP", "1"],
    ...runsOnce,
    labels: [
      { label: labels.stack, value: stackName },
      { label: labels.service, value: planned.service.name },
      { label: labels.revision, value: fingerprint(JSON.stringify(liveFiles)) },
    ],
    dependsOn: after,
  });
}

/** The containers of a service with their volumes. */
export function createServiceContainers(options: ServiceOptions): readonly Container[] {
  const { stack, stackName, planned, image, networks, needs, fingerprint } = options;
  const { service, run, containers } = planned;
  const mounts = createMounts(options);
  const preparations = mounts.map(({ preparation }) => preparation);
  const rights = renderRights(service);
  const healthcheck = renderHealthCheck(service.image, run.health, service.readySeconds);
  return containers.map((name, index) => {
    const id = `${service.name}-${index + 1}`;
    const container = new Container(stack, id, {
      ...rights,
      name,
      hostname: name,
      image: image.imageId,
      command: run.args.map(renderTerraformText),
      env: Object.entries(run.env ?? {}).map(([key, value]) => `${key}=${renderTerraformText(value)}`),
      labels: [
        { label: labels.stack, value: stackName },
        { label: labels.service, value: service.name },
        // Docker changes these in no container that is there, or the provider does not: another one is made.
        {
          label: labels.revision,
          value: fingerprint(JSON.stringify([run.files, run.secretFiles, healthcheck, rights])),
        },
      ],
      networksAdvanced: service.networks.map((network) => ({ name: networks[network].name, aliases: [service.name] })),
      // What runs on the machine itself, an own ComfyUI for instance, is addressed by this name.
      host: service.networks.includes("front") ? [{ host: dockerHost, ip: "host-gateway" }] : [],
      ports: service.publish.map(({ port, address, hostPort }) => ({
        internal: planned.place.listen(port).port,
        external: hostPort,
        ip: address,
        protocol: "tcp",
      })),
      volumes: mounts.map(({ volumeName, containerPath, readOnly }) => ({ volumeName, containerPath, readOnly })),
      healthcheck,
      lifecycle,
      wait: true,
      waitTimeout: service.readySeconds,
      dependsOn: [...needs, ...preparations],
    });
    limitProcesses(stack, id, container, service.pids);
    if (service.rereads === "SIGHUP") tellOfChange(options, id, container, run.liveFiles ?? {}, preparations);
    return container;
  });
}
