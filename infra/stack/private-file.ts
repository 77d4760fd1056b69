import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, link, lstat, mkdir, open, rename, rm, writeFile } from "node:fs/promises";
import { errorMessage } from "../../app/error-message.ts";

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code;

function checkMode(path: string, mode: number, wanted: string): void {
  if ((mode & 0o077) === 0) return;
  const found = (mode & 0o777).toString(8);
  throw new Error(`${path} holds secrets and is open to others (mode ${found}): chmod ${wanted} ${path}`);
}

/** @throws Error when there is no folder, or others may look into it. */
export async function checkPrivateFolder(path: string): Promise<void> {
  const found = await lstat(path);
  if (!found.isDirectory()) throw new Error(`${path} must be a folder for secrets, and is a link to somewhere else`);
  checkMode(path, found.mode, "700");
}

/**
 * Makes a folder for its owner alone, if it is not there.
 * @throws Error when there is something else, or others may look into it.
 */
export async function makePrivateFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new Error(`the folder ${path} for secrets cannot be made (${errorMessage(error)})`, { cause: error });
  }
  await checkPrivateFolder(path);
}

async function openPrivate(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    const reason = codeOf(error) === "ELOOP" ? "it is a symbolic link" : errorMessage(error);
    throw new Error(`the secret in ${path} cannot be read: ${reason}`, { cause: error });
  }
}

/**
 * What stands in a file that its owner alone may read; undefined when there is none.
 * @throws Error for a link, for anything that is no file, for one that others may read, and for an empty one.
 */
export async function readPrivateFile(path: string): Promise<string | undefined> {
  const handle = await openPrivate(path);
  if (handle === undefined) return undefined;
  try {
    const found = await handle.stat();
    if (!found.isFile()) throw new Error(`the secret in ${path} cannot be read: it is no file`);
    checkMode(path, found.mode, "600");
    const text = await handle.readFile("utf8");
    if (text === "") throw new Error(`the secret in ${path} is empty: put it back, or delete the file`);
    return text;
  } finally {
    await handle.close();
  }
}

/** Writes a file whole or not at all, and puts it in place by `place`. */
async function writePrivate(path: string, text: string, place: (draft: string) => Promise<void>): Promise<void> {
  const draft = `${path}.${randomUUID()}`;
  try {
    await writeFile(draft, text, { mode: 0o600, flag: "wx" });
    await place(draft);
  } catch (error) {
    throw new Error(`the secret in ${path} cannot be written (${errorMessage(error)})`, { cause: error });
  } finally {
    await rm(draft, { force: true });
  }
}

/** Writes a file that its owner alone may read, in place of the one that was there. */
export function replacePrivateFile(path: string, text: string): Promise<void> {
  return writePrivate(path, text, (draft) => rename(draft, path));
}

/** The same where there is none; the first of two processes has its way. */
export function addPrivateFile(path: string, text: string): Promise<void> {
  return writePrivate(path, text, (draft) =>
    link(draft, path).catch((error: unknown) => {
      if (codeOf(error) !== "EEXIST") throw error;
    }),
  );
}
