import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../", import.meta.url));
const program = "infra/cli/gozcu.ts";
/** By which `npx` finds it. */
export const bin = join(root, program);

export interface CliResult {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface CliOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** What it reads from the standard input, which else is empty. */
  readonly input?: string;
}

/** The command line of a checkout as a process, in an environment that holds nothing but `env` and the PATH. */
export function createCli(env: Readonly<Record<string, string>>, checkout = root) {
  const environment = (more: Readonly<Record<string, string>> = {}) => ({
    PATH: process.env.PATH,
    // What may stand in the .env of this checkout is not for tests.
    ...Object.fromEntries(["PUBLIC_URL", "HOST", "API_KEY", "API_KEYS"].map((name) => [name, ""])),
    ...env,
    ...more,
  });

  function start(args: readonly string[], options: CliOptions = {}) {
    const child = spawn(process.execPath, [join(checkout, program), ...args], {
      env: environment(options.env),
      cwd: options.cwd ?? checkout,
    });
    const written = { out: "", err: "" };
    for (const [name, stream] of [
      ["out", child.stdout],
      ["err", child.stderr],
    ] as const) {
      stream.setEncoding("utf8").on("data", (chunk: string) => {
        written[name] += chunk;
      });
    }
    child.stdin.end(options.input ?? "");
    const ended = once(child, "close").then(([code]): CliResult => ({ code: code as number | null, ...written }));
    return {
      ended,
      /** What it has written so far. */
      written: () => written,
      interrupt: () => child.kill("SIGINT"),
    };
  }

  return {
    start,
    /** Runs it to its end. */
    run: (...args: readonly string[]) => start(args).ended,
    runWith: (options: CliOptions, ...args: readonly string[]) => start(args, options).ended,
    /** A shell's command line in a pseudo-terminal of 100 columns that gets `keys` typed; everything that is shown, with ESC for it. */
    async inTerminal(commandLine: string, keys = ""): Promise<string> {
      const child = spawn("script", ["-qec", commandLine, "/dev/null"], {
        env: { ...environment(), TERM: "xterm", SHELL: "/bin/bash", COLUMNS: "100" },
        cwd: root,
        stdio: ["pipe", "pipe", "inherit"],
      });
      const shown = text(child.stdout);
      child.stdin.end(keys);
      await once(child, "close");
      return (await shown).replaceAll("\u001B", "ESC");
    },
  };
}

export type Cli = ReturnType<typeof createCli>;
