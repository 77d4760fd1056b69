import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline, Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { createGunzip } from "node:zlib";
import { errorMessage } from "../../../../app/error-message.ts";
import { type Manifest, type ManifestPart, manifestFile, readManifest } from "./manifest.ts";
import { readTar, type TarEntry } from "./tar.ts";

/** An archive cannot be restored from. */
export class ArchiveError extends Error {
  override readonly name = "ArchiveError";
}

const largestManifestBytes = 1_000_000;

/** What zlib and the file system say, in words that tell what to do about it. */
const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EISDIR: "it is a folder",
  EACCES: "it may not be read",
  Z_BUF_ERROR: "it is cut off",
  Z_DATA_ERROR: "it is damaged, or no archive at all",
};

function refuse(path: string, cause: unknown): ArchiveError {
  const { code = "" } = cause as NodeJS.ErrnoException;
  return new ArchiveError(`${path} is refused: ${reasons[code] ?? errorMessage(cause)}`, { cause });
}

function openArchive(path: string): AsyncGenerator<TarEntry, void, undefined> {
  const gunzip = createGunzip();
  // What goes wrong comes out of the last stream, and is told by who reads it.
  pipeline(createReadStream(path), gunzip, () => {});
  return readTar(gunzip);
}

async function readHead(entries: AsyncIterator<TarEntry, void>): Promise<Manifest> {
  const { value: first } = await entries.next();
  if (first?.name !== manifestFile || first.size > largestManifestBytes)
    throw new Error(`it is no backup of Gözcü: it does not begin with ${manifestFile}`);
  const text = (await buffer(first.content)).toString();
  try {
    return readManifest(text);
  } catch (cause) {
    throw new Error(`its ${manifestFile} is wrong: ${errorMessage(cause)}`, { cause });
  }
}

async function checkPart(part: ManifestPart, { content, size }: TarEntry): Promise<void> {
  if (size !== part.bytes) throw new Error(`${part.file} has ${size} bytes, and ${part.bytes} were saved`);
  const hash = createHash("sha256");
  for await (const chunk of content) hash.update(chunk);
  if (hash.digest("hex") !== part.sha256) throw new Error(`${part.file} is not what was saved: its sha256 is another`);
}

/**
 * Reads an archive to its end: every part is there with the size and the sha256 that were noted, and nothing else is.
 * @throws ArchiveError saying what is wrong.
 */
export async function verifyArchive(path: string): Promise<Manifest> {
  try {
    const entries = openArchive(path);
    const manifest = await readHead(entries);
    const awaited = new Map<string, ManifestPart>(manifest.parts.map((part) => [part.file, part]));
    for await (const entry of entries) {
      const part = awaited.get(entry.name);
      // Another name is also one that leads out of a folder.
      if (part === undefined || !entry.isFile)
        throw new Error(`it holds ${JSON.stringify(entry.name)}, which is no part of it`);
      await checkPart(part, entry);
      awaited.delete(entry.name);
    }
    if (awaited.size > 0) throw new Error(`${[...awaited.keys()].join(" and ")} are missing`);
    return manifest;
  } catch (cause) {
    throw refuse(path, cause);
  }
}

/** The parts of an archive that was verified, one after the other; what is not read of one is passed over. */
export async function* readParts(
  path: string,
  { parts }: Manifest,
): AsyncGenerator<{ readonly part: ManifestPart; readonly content: Readable }, void, undefined> {
  for await (const { name, content } of openArchive(path)) {
    const part = parts.find(({ file }) => file === name);
    if (part !== undefined) yield { part, content: Readable.from(content) };
  }
}
