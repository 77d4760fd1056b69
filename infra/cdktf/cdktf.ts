#!/usr/bin/env node
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { errorMessage } from "../../app/error-message.ts";
import type { Action } from "../doctor/check.ts";
import { preflight, renderPreflight } from "../doctor/preflight.ts";
import { createWorld } from "../doctor/world.ts";
import { loadEnvironment } from "../stack/project.ts";

/**
 * `cdktf` for this project: looks whether what is asked for can be done before anything is begun, then hands over to the
 * command line of CDK Terrain, the living fork of CDKTF.
 */

/** What touches the Docker host, by the names that the command line has for it. */
const actions: Readonly<Record<string, Action>> = {
  deploy: "deploy",
  apply: "deploy",
  diff: "diff",
  plan: "diff",
  destroy: "destroy",
};

/**
 * Terraform need not ask anybody whether it is the newest. The provider's version is exact; the lock file of a folder that
 * is written anew each time would only ask the registry for it, which a machine with a mirror does not reach.
 */
const withoutRegistry = { CHECKPOINT_DISABLE: "1", CDKTF_SKIP_PROVIDER_LOCK: "true" } as const;

const root = process.cwd();

/** Docker's own choice of a host, for Terraform's provider, which knows only the environment. */
async function readDockerContext(ask: (...args: readonly string[]) => Promise<string>): Promise<string | undefined> {
  const { DOCKER_HOST, DOCKER_CONTEXT } = process.env;
  if (DOCKER_HOST || DOCKER_CONTEXT) return DOCKER_CONTEXT;
  const context = (await ask("context", "show").catch(() => "default")).trim();
  return context === "default" ? undefined : context;
}

async function main(args: readonly string[]): Promise<number> {
  loadEnvironment(root);
  const action = args.includes("--help") ? undefined : actions[args[0] ?? ""];
  const world = createWorld(process.env);
  const problems = action === undefined ? [] : await preflight(action, { world, root });
  const context = await readDockerContext(world.docker.ask);
  await world.close();
  if (action !== undefined && problems.length > 0) {
    process.stderr.write(renderPreflight(action, problems));
    return 1;
  }
  const commandLine = createRequire(import.meta.url).resolve("cdktn-cli/bin/cdktn");
  const child = spawn(process.execPath, [commandLine, ...args], {
    stdio: "inherit",
    env: { ...process.env, ...withoutRegistry, ...(context !== undefined && { DOCKER_CONTEXT: context }) },
  });
  // The terminal sends them to both; it is the command line that ends what it has begun.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
  const [code] = (await once(child, "exit")) as [number | null];
  return code ?? 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`cdktf: ${errorMessage(error)}\n`);
  process.exitCode = 1;
}
