import { errorMessage } from "../../../../app/error-message.ts";
import type { Stack } from "../../../stack/stack.ts";
import type { ServiceName } from "../../../topology/listening.ts";
import { createTopology, type Topology } from "../../../topology.ts";
import type { Docker } from "../docker-cli.ts";
import { dockerNames } from "../names.ts";
import { ArchiveError, readParts, verifyArchive } from "./archive-reader.ts";
import { checkContainers, listContainers, startService, stopService } from "./containers.ts";
import { checkDump, clearDatabases, loadDump, swapDatabases } from "./database.ts";
import { compareCounts, type Manifest, renderCounts } from "./manifest.ts";
import { listParts, type PartName, partNames } from "./parts.ts";
import { renderStep } from "./progress.ts";
import { clearVolume, swapVolume, unpackVolume } from "./volume.ts";

interface RestoreOptions {
  readonly docker: Docker;
  readonly stack: Stack;
  /** The archive's path. */
  readonly archive: string;
  /** Takes lines on how it goes. */
  readonly say: (line: string) => void;
  /** Asked when the archive is found good and nothing has been touched; not asked, it is agreed to. */
  readonly confirm?: (manifest: Manifest) => Promise<boolean>;
  /** Stops it as long as nothing has been replaced; what has begun then is carried through. */
  readonly signal?: AbortSignal;
}

/** @throws ArchiveError when it was made of other services than are deployed. */
function checkServices({ stack, archive }: RestoreOptions, { parts }: Manifest): void {
  const saved = parts.map(({ service }) => service).toSorted();
  const deployed = listParts(stack).toSorted();
  if (saved.join() === deployed.join()) return;
  throw new ArchiveError(
    `${archive} is refused: it holds ${saved.join(", ")}, and the stack ${stack.name} keeps ${deployed.join(", ")}`,
  );
}

/** An older program may not read what a newer one has written: it will not become ready then. */
function describeOtherImages({ topology }: Stack, { images }: Manifest): readonly string[] {
  return partNames
    .filter((name) => images[name] !== undefined && images[name] !== topology.images[name])
    .map((name) => `${name} was ${images[name]}, and is ${topology.images[name]}`);
}

/** @throws ArchiveError when the dump was made by a newer Postgres, or is none. */
async function checkReadable({ docker, stack, archive }: RestoreOptions, manifest: Manifest): Promise<void> {
  for await (const { part, content } of readParts(archive, manifest)) {
    if (part.service !== "postgres") continue;
    try {
      await checkDump({ docker, stack: stack.name }, content);
    } catch (cause) {
      throw new ArchiveError(`${archive} is refused: this Postgres cannot read its dump: ${errorMessage(cause)}`, {
        cause,
      });
    }
    return;
  }
}

/** Lays everything beside what is in use, which nobody notices, and sees that it is what was saved. */
async function prepare(options: RestoreOptions, manifest: Manifest): Promise<void> {
  const { docker, stack, archive, say, signal } = options;
  for await (const { part, content } of readParts(archive, manifest)) {
    signal?.throwIfAborted();
    const stop = () => content.destroy(new Error("interrupted"));
    signal?.addEventListener("abort", stop);
    const { service, bytes, counts } = part;
    const begin = performance.now();
    const found =
      service === "postgres"
        ? await loadDump({ docker, stack: stack.name }, content)
        : await unpackVolume({ docker, stack, service }, content);
    signal?.removeEventListener("abort", stop);
    compareCounts(service, counts, found);
    say(renderStep(service, bytes, performance.now() - begin, `${renderCounts(found)}, as saved`));
  }
  signal?.throwIfAborted();
}

async function clear({ docker, stack }: RestoreOptions, parts: readonly PartName[]): Promise<void> {
  for (const service of parts)
    await (service === "postgres"
      ? clearDatabases({ docker, stack: stack.name })
      : clearVolume({ docker, stack, service }));
}

/** Who must not run while data is replaced, in the order of starting: whoever writes to Postgres, and whose files they are. */
function listStopped(stack: Stack, parts: readonly PartName[]): Topology {
  const stopped = new Set<ServiceName>(["api", "worker", ...parts.filter((service) => service !== "postgres")]);
  return createTopology(stack.topology).filter(({ name }) => stopped.has(name));
}

/** Starts each service, also when another one fails. @returns what failed. */
async function startAll({ docker, stack, say }: RestoreOptions, services: Topology): Promise<readonly unknown[]> {
  const failures: unknown[] = [];
  for (const service of services) {
    try {
      await startService(docker, stack.name, service);
      say(`${service.name} runs again`);
    } catch (error) {
      failures.push(error);
    }
  }
  return failures;
}

/** @throws AggregateError after everything was started again. */
async function replace(options: RestoreOptions, parts: readonly PartName[], services: Topology): Promise<void> {
  const { docker, stack, say } = options;
  const failures: unknown[] = [];
  try {
    // Each before what it needs, so that it can end what it has in hand.
    for (const service of services.toReversed()) {
      await stopService(docker, stack.name, service);
      say(`${service.name} is stopped`);
    }
    // First: it is the one that can be refused, as long as somebody else is in the database.
    if (parts.includes("postgres")) await swapDatabases({ docker, stack: stack.name });
    for (const service of parts) if (service !== "postgres") await swapVolume({ docker, stack, service });
  } catch (error) {
    failures.push(error);
  }
  failures.push(...(await startAll(options, services)));
  if (failures.length > 0) throw new AggregateError(failures, failures.map(errorMessage).join("; "));
}

const whatIsKept =
  "What was there before is kept: as the database gozcu_before_restore if Postgres was replaced already, and as .gozcu-restore/old in the volumes that were. Restoring again deletes it.";

/**
 * Replaces what a deployed stack keeps by what an archive holds.
 *
 * First the whole archive is verified. Then everything is unpacked beside what is in use, and compared with what was
 * saved: until here the stack runs on, and a failure or an interruption leaves it as it was. Then the services that write
 * are stopped, old and new are swapped by renames, and the services are started. What was there before is deleted when
 * all of them are well.
 *
 * When it is killed, it leaves at worst: while it unpacks, a database `gozcu_restore` and folders `.gozcu-restore` in the
 * volumes, which nobody looks at; while it swaps, services that are stopped, and some data new, some old (as
 * `gozcu_before_restore` and `.gozcu-restore/old`). Running it again goes from either to the end: it deletes these first.
 * @throws ArchiveError for an archive that is wrong or damaged, before anything is touched.
 * @returns what was restored; undefined when it was not agreed to.
 */
export async function restoreStack(options: RestoreOptions): Promise<Manifest | undefined> {
  const { docker, stack, archive, say, confirm, signal } = options;
  const manifest = await verifyArchive(archive);
  checkServices(options, manifest);
  const parts = listParts(stack);
  const services = listStopped(stack, parts);
  const stopped = services.flatMap((service) => listContainers(stack.name, service));
  await checkContainers(docker, stopped, "there");
  if (parts.includes("postgres"))
    await checkContainers(docker, [dockerNames.container(stack.name, "postgres", 1)], "running");
  await checkReadable(options, manifest);
  say(`${archive} is whole: the stack ${manifest.stack} of ${manifest.createdAt}, Gözcü ${manifest.gozcu}`);
  for (const line of describeOtherImages(stack, manifest)) say(line);
  if (confirm !== undefined && !(await confirm(manifest))) return undefined;
  try {
    await prepare(options, manifest);
  } catch (cause) {
    const left = await clear(options, parts).then(
      () => "",
      (error: unknown) => `; what was unpacked beside it is still there: ${errorMessage(error)}`,
    );
    const why = signal?.aborted ? "interrupted" : errorMessage(cause);
    throw new Error(`nothing was replaced, and the stack runs as before: ${why}${left}`, { cause });
  }
  try {
    await replace(options, parts, services);
  } catch (cause) {
    throw new Error(`${errorMessage(cause)}\n${whatIsKept}`, { cause });
  }
  await clear(options, parts);
  say(`the stack ${stack.name} is restored`);
  return manifest;
}
