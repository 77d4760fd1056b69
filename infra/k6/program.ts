import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { errorMessage } from "../../app/error-message.ts";
import { findOnPath } from "../engines/process/path.ts";
import { UsageError } from "./arguments.ts";

/** With its version: a name without one is another k6 every day. */
export const k6Image = "grafana/k6:2.2.0";

/** What of k6 sees of this machine, and what it is told. */
export interface Surroundings {
  /** Read only. */
  readonly folders: readonly string[];
  /** Where it writes. */
  readonly out: string;
  /** Names and values; they go by the environment, because everyone can read a process' arguments. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface K6Program {
  readonly version: string;
  /** The service's address, as k6 has to write it. */
  renderUrl(url: string): string;
  renderCommand(args: readonly string[], surroundings: Surroundings): readonly [string, ...string[]];
}

const run = promisify(execFile);

async function readVersion(file: string): Promise<string> {
  try {
    return /v?\d+\.\d+\.\d+\S*/.exec((await run(file, ["version"])).stdout)?.[0] ?? "unknown";
  } catch (cause) {
    throw new Error(`${file} does not tell its version (${errorMessage(cause)})`, { cause });
  }
}

/** On Linux a container shares the machine's network; elsewhere Docker runs in a machine of its own. */
function renderDockerCommand(
  docker: string,
  args: readonly string[],
  surroundings: Surroundings,
): readonly [string, ...string[]] {
  const { folders, out, environment } = surroundings;
  const user = process.getuid ? ["--user", `${process.getuid()}:${process.getgid?.() ?? 0}`] : [];
  const bind = (folder: string) => `type=bind,source=${folder},target=${folder}`;
  const mounts = [...folders.map((folder) => `${bind(folder)},readonly`), bind(out)].flatMap((mount) => [
    "--mount",
    mount,
  ]);
  const names = Object.keys(environment).flatMap((name) => ["--env", name]);
  return [docker, "run", "--rm", "--init", "--network", "host", ...user, ...mounts, ...names, k6Image, ...args];
}

/**
 * k6 on the PATH, else its image run by Docker.
 * @throws UsageError when there is neither, saying how to get one.
 */
export async function findK6(path: string): Promise<K6Program> {
  const k6 = findOnPath(["k6"], path);
  if (k6 !== undefined)
    return { version: await readVersion(k6), renderUrl: (url) => url, renderCommand: (args) => [k6, ...args] };
  const docker = findOnPath(["docker"], path);
  if (docker === undefined)
    throw new UsageError(
      "neither k6 nor docker is on the PATH: install k6 (https://grafana.com/docs/k6/latest/set-up/install-k6/), " +
        "or run: go install go.k6.io/k6/v2@latest",
    );
  const outside = process.platform === "linux" ? "$&" : "host.docker.internal";
  return {
    version: k6Image,
    renderUrl: (url) => url.replace(/(?<=\/\/)(127\.0\.0\.1|localhost|\[::1\])(?=[:/]|$)/, outside),
    renderCommand: (args, surroundings) => renderDockerCommand(docker, args, surroundings),
  };
}
