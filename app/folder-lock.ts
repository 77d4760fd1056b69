import { createHash } from "node:crypto";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";

/** How long its holder may take to say who it is. */
const answerMs = 1_000;

const HolderSchema = z.object({ pid: z.int(), url: z.string().optional() });
/** Who holds a folder: its process, and the address at which it serves when it has told that. */
export type Holder = z.infer<typeof HolderSchema>;

export interface FolderLock {
  /** From now on whoever asks for the folder is told this address. */
  tell(url: string): void;
  close(): Promise<void>;
}

/** What the holder of the lock says of itself: `null` when it says nothing, undefined when nobody holds it. */
async function askHolder(name: string): Promise<Holder | null | undefined> {
  const { promise, resolve } = Promise.withResolvers<Holder | null | undefined>();
  let said = "";
  const socket = connect(name);
  const timer = setTimeout(() => socket.destroy(), answerMs);
  let connected = false;
  socket.setEncoding("utf8");
  socket.on("connect", () => {
    connected = true;
  });
  socket.on("data", (chunk: string) => {
    said += chunk;
  });
  socket.on("error", () => {});
  socket.on("close", () => {
    clearTimeout(timer);
    resolve(connected ? readHolder(said) : undefined);
  });
  return promise;
}

function readHolder(text: string): Holder | null {
  try {
    return HolderSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/**
 * Takes a folder for this process: a socket that lives as long as the process. Unlike a file with a process id it cannot be
 * left behind and believed, and it can be asked. Resolves to `heldBy` when another process has it.
 * @param path the folder's real path
 */
export async function lockFolder(path: string): Promise<FolderLock | { readonly heldBy: Holder | null }> {
  const name = join(tmpdir(), `gozcu-${createHash("sha256").update(path).digest("hex").slice(0, 16)}.sock`);
  const heldBy = await askHolder(name);
  if (heldBy !== undefined) return { heldBy };
  await rm(name, { force: true });
  const self: { pid: number; url?: string } = { pid: process.pid };
  const server = createServer((socket) => {
    socket.on("error", () => {});
    // At once: one that never closes its end must not keep us from closing.
    socket.end(JSON.stringify(self), () => socket.destroy());
  });
  server.listen(name);
  await once(server, "listening");
  server.unref();
  return {
    tell(url) {
      self.url = url;
    },
    close: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}
