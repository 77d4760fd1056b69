import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { z } from "zod";

const AnswerSchema = z.object({
  answer: z.union([z.string(), z.number()]).optional(),
  error: z.string().optional(),
});
type Answer = z.infer<typeof AnswerSchema>["answer"];

export interface MeasuredProcess {
  readonly pid: number;
  /** One question at a time. @throws when the process cannot answer, with what it wrote to its standard error. */
  askText(name: string): Promise<string>;
  askNumber(name: string): Promise<number>;
  tell(name: string): Promise<void>;
  /** Ends it at once: there is nothing in it that must be kept. */
  close(): Promise<void>;
}

function createConversation(child: ChildProcess) {
  let written = "";
  child.stderr?.on("data", (chunk) => {
    written += String(chunk);
  });
  const ended = once(child, "exit").then(([code, signal]) => {
    throw new Error(`the measured process ended with ${code ?? signal}: ${written}`);
  });
  ended.catch(() => {});
  // Told twice when it is aborted and cannot be started either.
  child.on("error", () => {});
  return {
    async next(): Promise<Answer> {
      const [message] = await Promise.race([once(child, "message"), ended]);
      const { answer, error } = AnswerSchema.parse(message);
      if (error !== undefined) throw new Error(`the measured process failed: ${error} ${written}`);
      return answer;
    },
  };
}

/**
 * Starts a process whose main calls `answerQuestions`, with nothing of this process' environment but PATH.
 * Resolves when it is ready.
 */
export async function startMeasuredProcess(options: {
  /** A program and its arguments. */
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Ends the process when aborted; whoever waits for an answer then hears of it. */
  readonly signal?: AbortSignal;
}): Promise<MeasuredProcess> {
  const { command, environment, signal } = options;
  const [program = "", ...args] = command;
  const child = spawn(program, args, {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    ...(signal && { signal, killSignal: "SIGKILL" }),
  });
  const gone = new Promise((resolve) => child.once("exit", resolve));
  const { next } = createConversation(child);

  async function close(): Promise<void> {
    child.kill("SIGKILL");
    // A program that could not be started never exits.
    if (child.pid !== undefined) await gone;
  }
  async function ask(name: string): Promise<Answer> {
    const answer = next();
    child.send(name);
    return answer;
  }
  try {
    await next();
  } catch (error) {
    await close();
    throw error;
  }
  return {
    pid: child.pid ?? 0,
    askText: async (name) => z.string().parse(await ask(name)),
    askNumber: async (name) => z.number().parse(await ask(name)),
    tell: async (name) => void (await ask(name)),
    close,
  };
}
