import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import type { Service } from "../../../topology/service.ts";
import { type Docker, DockerError } from "../docker-cli.ts";
import { dockerNames } from "../names.ts";

const pollMs = 500;

const StateSchema = z.object({
  Status: z.string(),
  Health: z.object({ Status: z.string() }).nullish(),
});

type State = z.infer<typeof StateSchema>;

/** How a container is; undefined where there is none of that name. */
export async function readState(docker: Docker, container: string): Promise<State | undefined> {
  try {
    const said = await docker.ask("container", "inspect", "--format", "{{json .State}}", container);
    return StateSchema.parse(JSON.parse(said));
  } catch (error) {
    if (error instanceof DockerError && /no such container/i.test(error.message)) return undefined;
    throw error;
  }
}

/**
 * @param wanted how they must be: whether they run matters, or only that they are there
 * @throws Error naming each container that is not.
 */
export async function checkContainers(
  docker: Docker,
  containers: readonly string[],
  wanted: "running" | "there",
): Promise<void> {
  const states = await Promise.all(containers.map((name) => readState(docker, name)));
  const problems = containers.flatMap((name, index) => {
    const status = states[index]?.Status;
    if (status === undefined) return [`${name} is not there`];
    if (wanted === "there" || status === wanted) return [];
    return [status === "paused" ? `${name} is paused: docker unpause ${name}` : `${name} is ${status}`];
  });
  if (problems.length > 0)
    throw new Error(`the stack must be deployed and run: ${problems.join(", ")} (npx cdktf deploy, npm run doctor)`);
}

/** The containers of a service. */
export function listContainers(stack: string, { name, replicas }: Service): readonly string[] {
  return Array.from({ length: replicas }, (_, index) => dockerNames.container(stack, name, index + 1));
}

/** It finishes what it has in hand, as long as it may. */
export async function stopService(docker: Docker, stack: string, service: Service): Promise<void> {
  await docker.ask("stop", ...listContainers(stack, service));
}

/**
 * Starts a service and waits until it is ready.
 * @throws Error when that takes longer than it may.
 */
export async function startService(docker: Docker, stack: string, service: Service): Promise<void> {
  const containers = listContainers(stack, service);
  await docker.ask("start", ...containers);
  const deadline = Date.now() + service.readySeconds * 1_000;
  for (const container of containers) {
    for (;;) {
      const state = await readState(docker, container);
      const health = state?.Health?.Status ?? state?.Status;
      if (health === "healthy" || health === "running") break;
      if (Date.now() > deadline)
        throw new Error(
          `${container} is ${health ?? "not there"} after ${service.readySeconds} s (docker logs --tail 50 ${container})`,
        );
      await delay(pollMs);
    }
  }
}
