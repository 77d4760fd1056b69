import { spawn } from "node:child_process";
import { Readable, type Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";

/** `docker` did not do what it was asked for. */
export class DockerError extends Error {
  override readonly name = "DockerError";
  /** The exit code; undefined when the command could not be started at all. */
  readonly exitCode: number | undefined;
  constructor(message: string, exitCode: number | undefined, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

export interface Docker {
  /**
   * Runs `docker` with these arguments and gives what it wrote to standard output.
   * @throws DockerError with what it wrote to standard error.
   */
  ask(...args: readonly string[]): Promise<string>;
  /** The same with streams: `input` is written to it, what it writes goes to `output`. */
  pipe(args: readonly string[], streams: { readonly input?: Readable; readonly output?: Writable }): Promise<void>;
}

/**
 * The `docker` command, which knows contexts, `DOCKER_HOST` and SSH. `env` is all that it sees of the environment.
 * No argument may hold a secret: everybody on the machine can read them.
 */
export function createDocker(env: Readonly<Record<string, string | undefined>>, deadlineMs = 600_000): Docker {
  const failures = new Map<string | undefined, string>([
    ["ENOENT", "the docker command is not on the PATH"],
    ["ABORT_ERR", `no answer within ${deadlineMs / 1_000} s`],
  ]);
  async function run(args: readonly string[], input?: Readable, output?: Writable): Promise<string> {
    const child = spawn("docker", args, {
      env,
      stdio: ["pipe", "pipe", "pipe"],
      // Its own `timeout` would keep us waiting where the command cannot be started at all.
      signal: AbortSignal.timeout(deadlineMs),
      killSignal: "SIGKILL",
    });
    const ended = new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    const feeding = pipeline(input ?? Readable.from([]), child.stdin);
    const [code, said, complaint] = await Promise.all([
      ended,
      output !== undefined ? pipeline(child.stdout, output).then(() => "") : text(child.stdout),
      text(child.stderr),
      // A command that ends early stops reading; its own complaint says why.
      feeding.catch((error: NodeJS.ErrnoException) => {
        if (error.code !== "EPIPE" && error.code !== "ERR_STREAM_PREMATURE_CLOSE") throw error;
      }),
    ]).catch((cause: NodeJS.ErrnoException) => {
      const why = failures.get(cause.code) ?? cause.message;
      throw new DockerError(`docker ${args[0]} did not run: ${why}`, undefined, { cause });
    });
    if (code === 0) return said;
    throw new DockerError(
      `docker ${args.slice(0, 2).join(" ")}: ${complaint.trim() || `ended with ${code}`}`,
      code ?? undefined,
    );
  }
  return {
    ask: (...args) => run(args),
    async pipe(args, { input, output }) {
      await run(args, input, output);
    },
  };
}
