import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Docker } from "../../engines/docker/docker-cli.ts";
import { renderRights } from "../../engines/docker/hardening.ts";
import { renderHealthCheck } from "../../engines/docker/health.ts";
import type { PlannedService } from "../../engines/docker/plan.ts";
import { images } from "../../topology/images.ts";
import type { Files, Service } from "../../topology/service.ts";
import { eventually } from "../eventually.ts";
import { makeFolder } from "../programs.ts";

/** The rights that a deployed service has, as flags of `docker run`. */
function renderFlags(service: Service): readonly string[] {
  const { user, capabilities, securityOpts, tmpfs, memory } = renderRights(service);
  const added = "add" in capabilities ? capabilities.add : [];
  return [
    "--read-only",
    ...["--user", user, "--memory", `${memory}m`, "--pids-limit", String(service.pids)],
    ...capabilities.drop.flatMap((name) => ["--cap-drop", name]),
    ...added.flatMap((name) => ["--cap-add", name]),
    ...securityOpts.flatMap((option) => ["--security-opt", option]),
    ...Object.entries(tmpfs).flatMap(([path, options]) => ["--tmpfs", `${path}:${options}`]),
  ];
}

interface Place {
  readonly docker: Docker;
  readonly network: string;
  readonly busybox: string;
  /** Puts the secrets in place of their marks. */
  readonly reveal: (text: string) => string;
}

/** A volume with these files, which belong to the service's user alone. */
async function fillVolume({ docker, busybox, reveal }: Place, volume: string, { image }: Service, files: Files) {
  const { uid, gid } = images[image];
  const folder = await makeFolder();
  const filler = `${volume}-filler`;
  const chown = ["chown", "-R", `${uid}:${gid}`, "/volume"];
  try {
    for (const [name, text] of Object.entries(files)) {
      const path = join(folder.path, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, reveal(text), { mode: 0o400 });
    }
    await docker.ask("create", "--name", filler, "--network", "none", "-v", `${volume}:/volume`, busybox, ...chown);
    await docker.ask("cp", `${folder.path}/.`, `${filler}:/volume`);
    await docker.ask("start", "--attach", filler);
  } finally {
    await docker.ask("rm", "--force", filler);
    await folder.close();
  }
}

export interface HardenedContainer {
  readonly name: string;
  /** Runs a command in it. */
  ask(...command: readonly string[]): Promise<string>;
  /** Asks as the deployed health check does, until the answer is good. */
  untilReady(): Promise<void>;
  /** Ends it as a crash would, and starts it again. */
  crash(): Promise<void>;
  close(): Promise<void>;
}

/** Runs a service's image as it is deployed: the same arguments, files and user, and no right more. */
export async function startHardened(place: Place, planned: PlannedService, image: string): Promise<HardenedContainer> {
  const { docker, network } = place;
  const { service, run, place: inside } = planned;
  const name = `${network}-${service.name}`;
  const kept = "data" in images[service.image] ? [{ path: inside.data, files: {}, mode: "rw" }] : [];
  const mounts = [
    { path: inside.files, files: { ...run.files, ...run.liveFiles }, mode: "ro" },
    { path: inside.secrets, files: run.secretFiles ?? {}, mode: "ro" },
    ...kept,
  ].map((mount, index) => ({ ...mount, volume: `${name}-${index}` }));
  for (const { volume, files } of mounts) await fillVolume(place, volume, service, files);
  await docker.ask(
    ...["run", "--detach", "--name", name, "--network", network, "--network-alias", service.name],
    ...renderFlags(service),
    ...Object.entries(run.env ?? {}).flatMap(([key, value]) => ["--env", `${key}=${value}`]),
    ...mounts.flatMap(({ volume, path, mode }) => ["--volume", `${volume}:${path}:${mode}`]),
    ...[image, ...run.args],
  );
  const ask = (...command: readonly string[]) => docker.ask("exec", name, ...command);
  const [, ...check] = renderHealthCheck(service.image, run.health, service.readySeconds).test;
  return {
    name,
    ask,
    async untilReady() {
      await eventually(() => ask(...check), 30_000);
    },
    async crash() {
      await docker.ask("kill", name);
      await docker.ask("start", name);
    },
    async close() {
      await docker.ask("rm", "--force", "--volumes", name);
      await docker.ask("volume", "rm", ...mounts.map(({ volume }) => volume));
    },
  };
}
