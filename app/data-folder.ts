import { randomUUID } from "node:crypto";
import { access, chmod, constants, link, mkdir, readFile, realpath, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type FolderLock, type Holder, lockFolder } from "./folder-lock.ts";
import { Obstacle } from "./start/obstacle.ts";

export interface DataFolder {
  readonly path: string;
  /** The secret in the file `name`; the first time it is made and kept with mode 0600. */
  readOrMake(name: string, make: () => string): Promise<{ readonly value: string; readonly made: boolean }>;
  /** Whoever wants the folder meanwhile is told that this process has it, and serves there. */
  tellAddress(url: string): void;
  close(): Promise<void>;
}

const another = "choose another folder with --data or DATA_DIR";

async function lock(path: string): Promise<FolderLock> {
  const locked = await lockFolder(path);
  if ("heldBy" in locked) {
    throw new Obstacle(
      "unavailable",
      `another gozcu${describe(locked.heldBy)} runs on ${path}: stop it, or ${another}`,
    );
  }
  return locked;
}

function describe(holder: Holder | null): string {
  if (holder === null) return "";
  const { pid, url } = holder;
  return ` (process ${pid}${url === undefined ? "" : `, at ${url}`})`;
}

/** Makes the folder where it is missing, and sees that it can be written in. */
async function makeWritable(folder: string): Promise<string> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const path = await realpath(folder);
    await access(path, constants.W_OK | constants.X_OK);
    await chmod(path, 0o700);
    return path;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why = reasons[code ?? ""] ?? code;
    throw new Obstacle("folder", `${folder} cannot be the data folder: ${why}; mend that, or ${another}`, { cause });
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "this user may not write there",
  EPERM: "it belongs to another user",
  EROFS: "its file system is read-only",
  EEXIST: "it is a file",
  ENOTDIR: "a file is in the way",
  ENOSPC: "its disk is full",
};

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
 * @throws Obstacle when it cannot be had.
 */
export async function openDataFolder(folder: string, { alone }: { readonly alone: boolean }): Promise<DataFolder> {
  const path = await makeWritable(folder);
  const held = alone ? await lock(path) : undefined;
  return {
    path,
    readOrMake: (name, make) => readOrMake(join(path, name), make),
    tellAddress: (url) => held?.tell(url),
    close: async () => held?.close(),
  };
}
