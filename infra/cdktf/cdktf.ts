#!/usr/bin/env node
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { glob, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { errorMessage } from "../../app/error-message.ts";
import type { Action } from "../doctor/check.ts";
import { preflight, renderPreflight } from "../doctor/preflight.ts";
import { createWorld } from "../doctor/world.ts";
import { loadEnvironment } from "../stack/environment.ts";
import { readProject } from "../stack/project.ts";

/**
 * `cdktf` for this project: looks whether what is asked for can be done before anything is begun, then hands over to the
 * command line of CDK Terrain, the living fork of CDKTF.
 */

/** What touches the Docker host, by the names that the command line has for it. */
const actions: Readonly<Record<string, Action | undefined>> = {
  deploy: "deploy",
  apply: "deploy",
  watch: "deploy",
  diff: "diff",
  plan: "diff",
  destroy: "destroy",
};

/** What only reads the configuration. The command line itself would tell what is wrong with it twice. */
const readers: readonly string[] = ["synth", "synthesize", "list", "output", "outputs"];

/**
 * Terraform need not ask anybody whether it is the newest. The provider's version is exact; the lock file of a folder that
 * is written anew each time would only ask the registry for it, which a machine with a mirror does not reach.
 */
const withoutRegistry = { CHECKPOINT_DISABLE: "1", CDKTF_SKIP_PROVIDER_LOCK: "true" } as const;

const helpFlags: readonly string[] = ["--help", "-h"];

const root = process.cwd();

/**
 * Docker's own choice of a host, for Terraform's provider, which knows only the environment. It would follow the context
 * where Docker follows `DOCKER_HOST`, so that one is taken away then.
 */
async function readDockerHost(ask: (...args: readonly string[]) => Promise<string>): Promise<NodeJS.ProcessEnv> {
  const { DOCKER_CONTEXT, ...others } = process.env;
  if (others.DOCKER_HOST) return others;
  const context = DOCKER_CONTEXT || (await ask("context", "show").catch(() => "default")).trim();
  return context === "default" ? others : { ...others, DOCKER_CONTEXT: context };
}

/** Terraform's plans hold secrets, and nobody needs them when the command has ended. */
async function removePlans(): Promise<void> {
  for await (const plan of glob("cdktf.out/stacks/*/plan", { cwd: root })) await rm(join(root, plan));
}

/** Hands over to the command line, and gives its exit code. */
async function runCommandLine(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const commandLine = createRequire(import.meta.url).resolve("cdktn-cli/bin/cdktn");
  const child = spawn(process.execPath, [commandLine, ...args], {
    stdio: "inherit",
    env: { ...env, ...withoutRegistry },
  });
  // The terminal sends them to both; it is the command line that ends what it has begun.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
  const [code] = (await once(child, "exit")) as [number | null];
  return code ?? 1;
}

async function main(args: readonly string[]): Promise<number> {
  // Terraform's plan and state hold secrets, whatever folder they are in.
  process.umask(0o077);
  if (!existsSync("cdktf.json")) throw new Error(`${root} has no cdktf.json: run this where the project is`);
  loadEnvironment(root);
  const [command = ""] = args.some((arg) => helpFlags.includes(arg)) ? [] : args;
  const action = actions[command];
  if (readers.includes(command)) readProject(root, process.env);
  if (action === undefined) return runCommandLine(args, process.env);
  const world = createWorld(process.env);
  const problems = await preflight(action, { world, root });
  const env = await readDockerHost(world.docker.ask);
  await world.close();
  if (problems.length > 0) {
    process.stderr.write(renderPreflight(action, problems));
    return 1;
  }
  await removePlans();
  try {
    return await runCommandLine(args, env);
  } finally {
    await removePlans();
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`cdktf: ${errorMessage(error)}\n`);
  process.exitCode = 1;
}
