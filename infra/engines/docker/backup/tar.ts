import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { extract, type Header, pack } from "tar-stream";

/** What a tar archive holds, in its order. */
export interface TarEntry {
  readonly name: string;
  /** Not a folder or a link. */
  readonly isFile: boolean;
  readonly size: number;
  /** To be read before the next entry is asked for; what is not read is passed over. */
  readonly content: AsyncIterable<Buffer>;
}

/** A hard link is a file under a second name, for who counts files. */
const files: readonly Header["type"][] = ["file", "link", "contiguous-file"];

/** The library's words for what is damaged, and ours. */
function explain(error: unknown): Error {
  const cause = error as Error;
  if (/unexpected end/i.test(cause.message)) return new Error("it is cut off", { cause });
  if (/invalid tar header/i.test(cause.message)) return new Error("it is damaged, or no archive at all", { cause });
  return cause;
}

/**
 * Reads a tar archive to its very end.
 * @throws Error for what is none, for one that is cut off, and for anything behind its end.
 */
export async function* readTar(source: Readable): AsyncGenerator<TarEntry, void, undefined> {
  const entries = extract();
  const feeding = pipeline(source, entries);
  // Told by the entries too, and there to the one who reads them.
  feeding.catch(() => {});
  try {
    for await (const entry of entries) {
      const { name, type, size } = entry.header;
      yield { name, isFile: files.includes(type), size, content: Readable.from(entry) };
      entry.resume();
    }
    await feeding;
  } catch (error) {
    throw explain(error);
  } finally {
    source.destroy();
  }
}

/** A file to put into an archive; its content may be opened late, and is to be of that size. */
export interface TarFile {
  readonly name: string;
  readonly size: number;
  open(): Readable;
}

/** A tar archive of files, for their owner alone. */
export function renderTar(all: AsyncIterable<TarFile>, time: Date): Readable {
  const archive = pack();
  async function fill(): Promise<void> {
    for await (const { name, size, open } of all)
      await pipeline(open(), archive.entry({ name, size, mode: 0o600, mtime: time }));
    archive.finalize();
  }
  fill().catch((error: Error) => archive.destroy(error));
  return Readable.from(archive);
}
