import { createReadStream } from "node:fs";
import { mkdir, mkdtemp, rename, rm, rmdir, statfs } from "node:fs/promises";
import { join } from "node:path";
import packageJson from "../../../../package.json" with { type: "json" };
import type { Stack } from "../../../stack/stack.ts";
import type { Docker } from "../docker-cli.ts";
import { dockerNames } from "../names.ts";
import { type Written, writeArchive, writePart } from "./archive-writer.ts";
import { checkContainers } from "./containers.ts";
import { dumpDatabase, measureDatabase } from "./database.ts";
import { archiveName, type Counts, formatVersion, type Manifest, type ManifestPart, renderCounts } from "./manifest.ts";
import { describeOmissions, listParts, type PartName, partFiles } from "./parts.ts";
import { renderSize, renderStep } from "./progress.ts";
import { copyVolume, countCopy, measureVolume } from "./volume.ts";

interface BackupOptions {
  readonly docker: Docker;
  readonly stack: Stack;
  /** Where the archive goes; made for its owner alone when it is not there. */
  readonly folder: string;
  /** Takes lines on how it goes. */
  readonly say: (line: string) => void;
  /** Stops it; nothing is left behind. */
  readonly signal?: AbortSignal;
}

export interface Backup extends Written {
  readonly path: string;
  readonly manifest: Manifest;
}

/** As much as the parts and the archive can take together: a part is deleted once it is in the archive. */
const copies = 2;

/** @throws Error before the disk is full: other programs live on it, the stack itself maybe. */
async function checkSpace({ docker, stack, folder }: BackupOptions, parts: readonly PartName[]): Promise<void> {
  let needed = 0;
  for (const service of parts)
    needed +=
      copies *
      (service === "postgres"
        ? await measureDatabase({ docker, stack: stack.name })
        : await measureVolume({ docker, stack, service }));
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free < needed)
    throw new Error(`${folder} has ${renderSize(free)} free, and the backup may need ${renderSize(needed)} (--to)`);
}

/** Saves one part to a file of its own. */
async function savePart(
  { docker, stack, say }: BackupOptions,
  service: PartName,
  folder: string,
  signal: AbortSignal,
): Promise<ManifestPart> {
  const begin = performance.now();
  const file = partFiles[service];
  const path = join(folder, file);
  let counts: Counts = {};
  let pauseMs = 0;
  const written = await writePart(
    path,
    async (output) => {
      if (service === "postgres") counts = await dumpDatabase({ docker, stack: stack.name }, output);
      else pauseMs = await copyVolume({ docker, stack, service }, output);
    },
    signal,
  );
  if (service !== "postgres") counts = await countCopy(service, createReadStream(path));
  const pause = service === "postgres" ? "" : `; stood still for ${Math.round(pauseMs)} ms`;
  say(renderStep(service, written.bytes, performance.now() - begin, renderCounts(counts) + pause));
  return { service, file, ...written, counts };
}

async function saveAll(options: BackupOptions, parts: readonly PartName[], work: string): Promise<Backup> {
  const { stack, folder, say, signal = new AbortController().signal } = options;
  const now = new Date();
  const saved: ManifestPart[] = [];
  for (const service of parts) {
    signal.throwIfAborted();
    saved.push(await savePart(options, service, work, signal));
  }
  const manifest: Manifest = {
    format: formatVersion,
    stack: stack.name,
    createdAt: now.toISOString(),
    gozcu: packageJson.version,
    images: Object.fromEntries(parts.map((service) => [service, stack.topology.images[service]])),
    parts: saved as [ManifestPart, ...ManifestPart[]],
  };
  const begin = performance.now();
  const draft = join(work, "archive");
  const written = await writeArchive({ path: draft, folder: work, manifest, signal });
  const path = join(folder, archiveName(stack.name, now));
  await rename(draft, path);
  say(renderStep("archive", written.bytes, performance.now() - begin, path));
  say(`sha256     ${written.sha256}`);
  for (const line of describeOmissions(stack)) say(line);
  return { path, manifest, ...written };
}

/**
 * Saves what a deployed stack keeps to one dated archive, while it is in use: Postgres by a dump, Redis, Grafana and
 * Prometheus as their files, for which each stands still for a moment. The archive is there when it is complete.
 * @throws Error saying why there is none; nothing is left behind then, and nothing stands still.
 */
export async function backupStack(options: BackupOptions): Promise<Backup> {
  const { docker, stack, folder, signal } = options;
  const parts = listParts(stack);
  await checkContainers(
    docker,
    parts.map((service) => dockerNames.container(stack.name, service, 1)),
    "running",
  );
  const made = await mkdir(folder, { recursive: true, mode: 0o700 });
  try {
    const work = await mkdtemp(join(folder, ".backup-"));
    try {
      await checkSpace(options, parts);
      return await saveAll(options, parts, work);
    } finally {
      await rm(work, { recursive: true });
    }
  } catch (cause) {
    if (made !== undefined) await rmdir(folder);
    if (signal?.aborted) throw new Error("interrupted; nothing is left behind", { cause });
    if ((cause as NodeJS.ErrnoException).code === "ENOSPC")
      throw new Error(`the disk with ${folder} is full; nothing is left behind`, { cause });
    throw cause;
  }
}
