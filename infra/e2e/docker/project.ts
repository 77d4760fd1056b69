import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { stringify } from "yaml";
import { copyScaledTree, type TreeCopy } from "../../tree-copy.ts";

const deadlineMs = 900_000;

/** How a command has ended, and what it wrote to either output. */
export interface Said {
  readonly code: number | null;
  readonly text: string;
}

/** A copy of this project with a configuration of its own, and its commands. */
export interface Project extends TreeCopy {
  /** Writes `gozcu.yml`. */
  configure(settings: Readonly<Record<string, unknown>>): Promise<void>;
  /** Runs a program of the project, as `npx` and `npm run` do. */
  run(program: string, ...args: readonly string[]): Promise<Said>;
  /** The same, for one that must end well. */
  succeed(program: string, ...args: readonly string[]): Promise<string>;
}

/** `env` is added to the environment of every command. */
export async function copyProject(env: Readonly<Record<string, string>>): Promise<Project> {
  const tree = await copyScaledTree(["Dockerfile", ".dockerignore", "cdktf.json", "package-lock.json"]);
  const path = `${join(tree.path, "node_modules/.bin")}:${process.env.PATH}`;

  async function run(program: string, ...args: readonly string[]): Promise<Said> {
    const child = spawn(program, args, {
      cwd: tree.path,
      env: { ...process.env, ...env, PATH: path },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: deadlineMs,
      killSignal: "SIGKILL",
    });
    const chunks: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    const [code] = (await once(child, "close")) as [number | null];
    return { code, text: stripVTControlCharacters(Buffer.concat(chunks).toString()) };
  }
  return {
    ...tree,
    configure: (settings) => writeFile(join(tree.path, "gozcu.yml"), stringify(settings)),
    run,
    async succeed(program, ...args) {
      const { code, text } = await run(program, ...args);
      if (code !== 0) throw new Error(`${[program, ...args].join(" ")} ended with ${code}:\n${text}`);
      return text;
    },
  };
}
