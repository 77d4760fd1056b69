import type { Readable, Writable } from "node:stream";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import type { Stack } from "../../../stack/stack.ts";
import { images } from "../../../topology/images.ts";
import type { Docker } from "../docker-cli.ts";
import { dockerNames, labels } from "../names.ts";
import { readState } from "./containers.ts";
import type { Counts } from "./manifest.ts";
import type { VolumeName } from "./parts.ts";
import { readTar } from "./tar.ts";

/** A connection that has just been lost is not back at once. */
const unpausePauseMs = 1_000;
const unpauseTries = 3;

/** Where a volume is mounted by the containers that work on it. */
const root = "/volume";
/** Beside what a service keeps, as a rename works only within a volume. The services pass over what they do not know. */
const aside = ".gozcu-restore";
const fresh = `${root}/${aside}/new`;
const former = `${root}/${aside}/old`;

export interface VolumePlace {
  readonly docker: Docker;
  readonly stack: Stack;
  readonly service: VolumeName;
}

const containerOf = ({ stack, service }: VolumePlace) => dockerNames.container(stack.name, service, 1);

/** Whatever happens: Ctrl-C in a terminal also ends the docker command that unpauses, so it is tried again. */
async function unpause(docker: Docker, container: string): Promise<void> {
  for (let tries = unpauseTries; tries > 0; tries -= 1) {
    try {
      await docker.ask("unpause", container);
      return;
    } catch {
      const state = await readState(docker, container).catch(() => undefined);
      if (state !== undefined && state.Status !== "paused") return;
      await delay(unpausePauseMs);
    }
  }
  throw new Error(`${container} is still paused: docker unpause ${container}`);
}

/**
 * Copies what a service keeps, as a tar archive, while its processes stand still: what is copied is what a crash at that
 * moment would leave, which each of these services recovers from. They have gentler ways of their own, but Redis wants a
 * password for it, Prometheus an interface that can also delete, and Grafana's image has no program for it.
 * @returns how long it stood still, in milliseconds.
 */
export async function copyVolume(place: VolumePlace, output: Writable): Promise<number> {
  const { docker, service } = place;
  const container = containerOf(place);
  const begin = performance.now();
  try {
    await docker.ask("pause", container);
    await docker.pipe(["cp", `${container}:${images[service].data}/.`, "-"], { output });
  } finally {
    await unpause(docker, container);
  }
  return performance.now() - begin;
}

/** Runs one program on a volume, as the service's user and without any right but that user's. */
async function runOnVolume(place: VolumePlace, command: readonly string[], input?: Readable): Promise<string> {
  const { docker, stack, service } = place;
  const { uid, gid } = images[service];
  const [program = "", ...args] = command;
  const output = new PassThrough();
  const flags = [
    ...["--rm", "--interactive", "--network", "none", "--user", `${uid}:${gid}`],
    ...["--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges:true"],
    ...["--label", `${labels.stack}=${stack.name}`, "--label", `${labels.service}=${service}`],
    ...["--volume", `${dockerNames.volume(stack.name, service, "data")}:${root}`, "--entrypoint", program],
  ];
  const said = text(output);
  said.catch(() => {});
  await docker.pipe(["run", ...flags, stack.baseImages.busybox, ...args], { output, ...(input && { input }) });
  return said;
}

/** Bytes on the disk. */
export async function measureVolume(place: VolumePlace): Promise<number> {
  const said = await runOnVolume(place, ["du", "-sk", root]);
  return Number.parseInt(said, 10) * 1_024;
}

/** Prometheus keeps its samples in blocks, each a folder with this file. */
const blockFile = /(^|\/)[0-9A-HJKMNP-TV-Z]{26}\/meta\.json$/;

function countNames(service: VolumeName, names: readonly string[]): Counts {
  const blocks = names.filter((name) => blockFile.test(name));
  return { files: names.length, ...(service === "prometheus" && { blocks: blocks.length }) };
}

/** Counts what {@link copyVolume} gave. */
export async function countCopy(service: VolumeName, tar: Readable): Promise<Counts> {
  const names: string[] = [];
  for await (const { name, isFile } of readTar(tar)) if (isFile) names.push(name);
  return countNames(service, names);
}

/** Deletes what a restore has laid beside the data: the new one that did not come in, and the one from before. */
export async function clearVolume(place: VolumePlace): Promise<void> {
  await runOnVolume(place, ["rm", "-rf", `${root}/${aside}`]);
}

/** Unpacks a copy beside what the service keeps, for its user; it may run meanwhile. Gives what there is now. */
export async function unpackVolume(place: VolumePlace, copy: Readable): Promise<Counts> {
  await clearVolume(place);
  await runOnVolume(place, ["mkdir", "-p", fresh, former]);
  await runOnVolume(place, ["tar", "-x", "-p", "-f", "-", "-C", fresh], copy);
  const names = await runOnVolume(place, ["find", fresh, "-type", "f", "-print0"]);
  return countNames(place.service, names.split("\0").slice(0, -1));
}

/** Moves what is in a folder. `find` ends well even where `mv` does not, so it is told to name what could not be moved. */
async function moveAll(place: VolumePlace, from: string, to: string): Promise<void> {
  const all = ["find", from, "-mindepth", "1", "-maxdepth", "1", "!", "-name", aside];
  const left = await runOnVolume(place, [...all, "!", "-exec", "mv", "{}", `${to}/`, ";", "-print"]);
  if (left !== "") throw new Error(`${place.service}: could not be moved to ${to}: ${left.trim()}`);
}

/** Puts what was unpacked in the place of what the service has kept, which lies beside it then. The service must be stopped. */
export async function swapVolume(place: VolumePlace): Promise<void> {
  await moveAll(place, root, former);
  await moveAll(place, fresh, root);
}
