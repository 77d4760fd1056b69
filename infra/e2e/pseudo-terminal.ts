import { spawn } from "node:child_process";
import { once } from "node:events";
import { findProgram } from "./programs.ts";

/** A program in a terminal of its own. */
export interface PseudoTerminal {
  /** All that the terminal was sent, control characters included; each line ends in CR LF. */
  output(): string;
  /** Types a text; `\u0003` is Ctrl-C. */
  type(text: string): void;
  /** Resolves to the exit code when the program has ended. */
  readonly ended: Promise<number | null>;
}

/** `script` of util-linux, whose flags are not those of other systems. Undefined where it is not installed. */
export const terminalProgram = process.platform === "linux" ? findProgram("script") : undefined;

/** A word for a POSIX shell. */
const quote = (word: string) => `'${word.replaceAll("'", "'\\''")}'`;

/** Starts a program before a terminal, in `cwd` and with this environment alone. Ctrl-C reaches it as from a keyboard. */
export function openPseudoTerminal(options: {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}): PseudoTerminal {
  const { program, args, cwd, env } = options;
  if (terminalProgram === undefined) throw new Error("there is no script of util-linux");
  const command = `exec ${[program, ...args].map(quote).join(" ")}`;
  const child = spawn(terminalProgram, ["-qefc", command, "/dev/null"], {
    cwd,
    env: { SHELL: "/bin/sh", TERM: "xterm-256color", ...env },
    stdio: ["pipe", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    output += chunk;
  });
  return {
    output: () => output,
    type: (text) => void child.stdin.write(text),
    ended: once(child, "close").then(([code]) => code as number | null),
  };
}

/** What stands in the lines of a terminal: what was written over is gone. */
export function readLines(output: string): readonly string[] {
  return output.split("\r\n").map((line) => line.split("\r\u001b[K").at(-1) ?? "");
}
