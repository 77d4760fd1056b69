import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readStack, type Stack } from "../stack/stack.ts";
import { createTopology } from "../topology.ts";
import type { Check, Result } from "./check.ts";
import type { Daemon } from "./docker-daemon.ts";
import type { Facts } from "./facts.ts";
import type { World } from "./world.ts";

export const gib = 1_024 ** 3;

/** A world in which nothing can be had but what a test puts there. */
export function createTestWorld(parts: Partial<World> = {}): World {
  const nothing = (what: string) => () => Promise.reject(new Error(`this world has no ${what}`));
  return {
    env: {},
    nodeVersion: "24.1.0",
    docker: { ask: nothing("docker") },
    run: () => Promise.resolve({ code: undefined, said: "it is not on the PATH" }),
    freeBytes: nothing("disk"),
    ask: nothing("internet"),
    tryPort: () => Promise.resolve(undefined),
    ...parts,
  };
}

export const localDaemon: Daemon = {
  ServerVersion: "28.2.2",
  OSType: "linux",
  OperatingSystem: "Debian GNU/Linux 12 (bookworm)",
  MemTotal: 8 * gib,
  MemoryLimit: true,
  Driver: "overlay2",
  DockerRootDir: "/var/lib/docker",
  endpoint: "unix:///var/run/docker.sock",
  isLocal: true,
};

/** What the checks are told, of a stack that is configured by `gozcu.yml` and changed by `change`. */
export function createTestFacts({
  text = "",
  change = (stack) => stack,
  daemon = {},
  world = {},
  ...facts
}: Partial<Omit<Facts, "world" | "stack" | "daemon">> & {
  readonly text?: string;
  readonly change?: (stack: Stack) => Stack;
  readonly daemon?: Partial<Daemon>;
  readonly world?: Partial<World>;
} = {}): Facts {
  const stack = change(readStack({ text, file: "gozcu.yml", env: {} }));
  return {
    world: createTestWorld(world),
    root: "/nowhere",
    stack: { ...stack, services: createTopology(stack.topology) },
    configurationProblems: [],
    daemon: { value: { ...localDaemon, ...daemon } },
    terraform: { value: { product: "Terraform", command: "terraform", version: "1.11.4", platform: "linux_amd64" } },
    ...facts,
  };
}

/** What a check says in its own words, with its mend. */
export async function tell(check: Check, facts: Facts): Promise<Omit<Result, "title"> | undefined> {
  return check.run(facts);
}

/** A folder of programs, each a shell script. */
export async function makePrograms(scripts: Readonly<Record<string, string>>) {
  const path = await mkdtemp(join(tmpdir(), "gozcu-"));
  await chmod(path, 0o755);
  for (const [name, lines] of Object.entries(scripts)) {
    await writeFile(join(path, name), `#!/bin/sh\n${lines}\n`, { mode: 0o755 });
  }
  return { path, close: () => rm(path, { recursive: true, force: true }) };
}
