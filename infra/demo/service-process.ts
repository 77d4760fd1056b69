import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { z } from "zod";
import { Obstacle } from "../../app/start/obstacle.ts";
import { untilAborted } from "../../app/until-aborted.ts";

const RecordSchema = z.object({ msg: z.string() });
const keptLines = 20;

export interface DemoService {
  readonly url: string;
  close(): Promise<void>;
}

/** Where the service says that it is, if this line of its log says so. */
function readReadyUrl(line: string): string | undefined {
  try {
    return /is ready in .* at (http:\S+)$/.exec(RecordSchema.parse(JSON.parse(line)).msg)?.[1];
  } catch {
    return undefined;
  }
}

/**
 * Starts the service of a tree, as a process with this environment alone, and waits until it says that it is ready.
 * @throws Obstacle with what it said, when it ends before; the signal's reason when that aborts.
 */
export async function startDemoService(options: {
  readonly tree: string;
  /** Its working directory: where there is no `.env` to be read. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}): Promise<DemoService> {
  const { tree, folder, env, signal } = options;
  signal.throwIfAborted();
  // In a group of its own: a Ctrl-C reaches us alone, and we stop it in our order.
  const child = spawn(process.execPath, [join(tree, "app/main.ts")], {
    cwd: folder,
    env,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const ended = once(child, "close");
  // Should we ourselves end without having closed it.
  const endWithUs = () => void child.kill("SIGTERM");
  process.on("exit", endWithUs);

  const lines: string[] = [];
  const ready = Promise.withResolvers<string>();
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => {
      lines.push(line);
      if (lines.length > keptLines) lines.shift();
      const url = readReadyUrl(line);
      if (url !== undefined) ready.resolve(url);
    });
  }
  void ended.then(() => ready.reject(new Obstacle("unavailable", `the service ended:\n${lines.join("\n")}`)));

  async function close(): Promise<void> {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
    await ended;
    process.off("exit", endWithUs);
  }
  try {
    return { url: await untilAborted(ready.promise, signal), close };
  } catch (error) {
    await close();
    throw error;
  }
}
