import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import { chmod, link, mkdir, readFile, realpath, rm, unlink, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface DataFolder {
  readonly path: string;
  /** The secret in the file `name`; the first time it is made and kept with mode 0600. */
  readOrMake(name: string, make: () => string): Promise<{ readonly value: string; readonly made: boolean }>;
  close(): Promise<void>;
}

/** A socket that lives as long as the process: unlike a file with a process id it cannot be left behind and believed. */
async function lock(path: string): Promise<() => Promise<void>> {
  const name = join(tmpdir(), `gozcu-${createHash("sha256").update(path).digest("hex").slice(0, 16)}.sock`);
  const inUse = await new Promise<boolean>((resolve) => {
    const probe = connect(name, () => {
      probe.destroy();
      resolve(true);
    });
    probe.on("error", () => resolve(false));
  });
  if (inUse) throw new Error(`another gozcu runs on ${path}: stop it, or choose another folder with DATA_DIR`);
  await rm(name, { force: true });
  const server = createServer((socket) => socket.destroy());
  server.listen(name);
  await once(server, "listening");
  server.unref();
  return () => new Promise((resolve) => server.close(() => resolve()));
}

/** The file appears whole or not at all, and the first of two processes has its way: `link` does not overwrite. */
async function readOrMake(file: string, make: () => string) {
  const known = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
  });
  if (known !== undefined) return { value: known.trim(), made: false };
  const value = make();
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, `${value}\n`, { mode: 0o600 });
  try {
    await link(draft, file);
    return { value, made: true };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return { value: (await readFile(file, "utf8")).trim(), made: false };
  } finally {
    await unlink(draft);
  }
}

/**
 * Opens the folder of the embedded data and of the secrets. With `alone` no other process may: the embedded database has
 * one owner. Without, several share it, as API and workers do on a database of their own.
 */
export async function openDataFolder(folder: string, { alone }: { readonly alone: boolean }): Promise<DataFolder> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = await realpath(folder);
  const unlock = alone ? await lock(path) : async () => {};
  await chmod(path, 0o700);
  return {
    path,
    readOrMake: (name, make) => readOrMake(join(path, name), make),
    close: unlock,
  };
}
