import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, symlink } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { findProgram, makeFolder } from "./programs.ts";

const run = promisify(execFile);

/** A command in a terminal of its own. */
export interface Terminal {
  /** Everything that stands in it. */
  screen(): string;
  press(key: "Ctrl-C"): void;
  /** Its exit code, when it has ended. */
  readonly ended: Promise<number | null>;
}

/** A machine with Node, npm and what every Unix has, and a home of its own. */
export interface BareMachine {
  readonly home: string;
  /** What a shell has there; `more` is added. */
  environment(more?: Readonly<Record<string, string>>): NodeJS.ProcessEnv;
  open(command: string, options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv }): Terminal;
  close(): Promise<void>;
}

/** What the documents' commands and npm's own scripts are made of. */
const programs = [
  ...["node", "npm", "npx", "curl"],
  ...["sh", "bash", "env", "cat", "sed", "grep", "sleep", "ls", "mkdir", "rm", "cp", "mv", "ln", "chmod", "touch"],
  ...["head", "tail", "tr", "cut", "sort", "wc", "date", "id", "uname", "dirname", "basename", "readlink", "realpath"],
  // Postgres refuses to be root.
  "setpriv",
];

/** Those of the machine, not those that npm brings along for this process. */
const path = (process.env.PATH ?? "").split(delimiter).filter((folder) => !folder.includes("node_modules"));
const find = (name: string) => path.map((folder) => join(folder, name)).find((file) => existsSync(file));

/** How npm is set up here: which registry it asks is nothing that a document could say. */
async function readNpmSettings(): Promise<Readonly<Record<string, string>>> {
  const names = ["userconfig", "cache"] as const;
  const values = names.map(async (name) => {
    const { stdout } = await run(find("npm") ?? "npm", ["config", "get", name], {
      env: { ...process.env, PATH: path.join(delimiter) },
    });
    return [`npm_config_${name}`, stdout.trim()] as const;
  });
  return Object.fromEntries(await Promise.all(values));
}

/** Undefined where a program is missing that it is made of; with `REQUIRE_TOOLS=1` as {@link findProgram}. */
export async function createBareMachine(): Promise<BareMachine | undefined> {
  const script = find("script");
  const found = programs.map((name) => [name, find(name)] as const);
  const missing = [["script", script] as const, ...found].filter(([, file]) => file === undefined);
  for (const [name] of missing) findProgram(name);
  if (script === undefined || missing.length > 0) return undefined;
  const folder = await makeFolder();
  const [bin, home] = [join(folder.path, "bin"), join(folder.path, "home")];
  await mkdir(bin);
  await mkdir(home);
  for (const [name, file = ""] of found) await symlink(file, join(bin, name));
  const npm = await readNpmSettings();

  return {
    home,
    environment: (more = {}) => ({ PATH: bin, HOME: home, TERM: "xterm", LANG: "C.UTF-8", ...npm, ...more }),
    open(command, { cwd, env }) {
      const child = spawn(script, ["--quiet", "--flush", "--return", "--command", command, "/dev/null"], {
        cwd,
        env: { ...env, SHELL: join(bin, "bash") },
        stdio: ["pipe", "pipe", "inherit"],
      });
      let screen = "";
      child.stdout.on("data", (chunk) => {
        screen += String(chunk);
      });
      return {
        screen: () => screen,
        press: () => void child.stdin.write("\x03"),
        ended: once(child, "close").then(([code]) => code as number | null),
      };
    },
    close: folder.close,
  };
}
