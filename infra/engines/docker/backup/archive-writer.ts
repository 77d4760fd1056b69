import { createHash, type Hash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough, Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { type Manifest, manifestFile } from "./manifest.ts";
import { renderTar, type TarFile } from "./tar.ts";

/** What was written to a file. */
export interface Written {
  readonly bytes: number;
  readonly sha256: string;
}

/** Counts and hashes what passes. */
function createMeter() {
  const hash: Hash = createHash("sha256");
  let bytes = 0;
  return {
    async *pass(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
      for await (const chunk of chunks) {
        hash.update(chunk);
        bytes += chunk.length;
        yield chunk;
      }
    },
    read: (): Written => ({ bytes, sha256: hash.digest("hex") }),
  };
}

/** A new file for its owner alone, on the disk when it is closed. */
const createFile = (path: string) => createWriteStream(path, { mode: 0o600, flags: "wx", flush: true });

/** Writes what `produce` gives to a new file. */
export async function writePart(
  path: string,
  produce: (output: Writable) => Promise<void>,
  signal: AbortSignal,
): Promise<Written> {
  const meter = createMeter();
  const output = new PassThrough();
  const saving = pipeline(output, meter.pass, createFile(path), { signal });
  await Promise.all([
    saving,
    produce(output).catch((error: unknown) => {
      output.destroy();
      throw error;
    }),
  ]);
  return meter.read();
}

/**
 * Puts the manifest and the parts that it names into one archive. The manifest is the first, so that a reader knows what
 * to expect. Each part's own file is deleted once it is in the archive: the disk needs not hold everything twice.
 * @param folder where the parts are
 */
export async function writeArchive(options: {
  readonly path: string;
  readonly folder: string;
  readonly manifest: Manifest;
  readonly signal: AbortSignal;
}): Promise<Written> {
  const { path, folder, manifest, signal } = options;

  async function* listFiles(): AsyncGenerator<TarFile, void, undefined> {
    const head = Buffer.from(`${JSON.stringify(manifest, undefined, 2)}\n`);
    yield { name: manifestFile, size: head.length, open: () => Readable.from([head]) };
    for (const { file, bytes } of manifest.parts) {
      const part = join(folder, file);
      yield { name: file, size: bytes, open: () => createReadStream(part) };
      await rm(part);
    }
  }
  const meter = createMeter();
  await pipeline(renderTar(listFiles(), new Date(manifest.createdAt)), createGzip(), meter.pass, createFile(path), {
    signal,
  });
  return meter.read();
}
