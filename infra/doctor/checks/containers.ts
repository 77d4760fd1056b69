import { dockerNames } from "../../engines/docker/names.ts";
import type { Check } from "../check.ts";
import { listContainers } from "../container-list.ts";
import { fine, warning, whenKnown, wrong } from "../finding.ts";

export const containersCheck: Check = {
  title: "Containers",
  async run({ stack, daemon, world }) {
    if (stack === undefined || whenKnown(daemon) === undefined) return undefined;
    const all = await listContainers(world);
    const own = new Map(all.filter((each) => each.stack === stack.name).map((each) => [each.name, each]));
    if (own.size === 0) return fine("none yet: the stack is not deployed");
    const names = stack.services.flatMap(({ name, replicas }) =>
      Array.from({ length: replicas }, (_, index) => dockerNames.container(stack.name, name, index + 1)),
    );
    const missing = names.filter((name) => !own.has(name));
    if (missing.length > 0) return wrong(`missing: ${missing.join(", ")}`, "npx cdktf deploy");
    const containers = names.flatMap((name) => own.get(name) ?? []);
    const failed = containers.filter(({ state, status }) => state !== "running" || status.includes("(unhealthy)"));
    if (failed.length > 0)
      return wrong(
        failed.map(({ name, status }) => `${name}: ${status}`).join("; "),
        failed.map(({ name }) => `docker logs --tail 50 ${name}`).join("; "),
      );
    const starting = containers.filter(({ status }) => status.includes("(health: starting)"));
    if (starting.length > 0)
      return warning(`starting: ${starting.map(({ name }) => name).join(", ")}`, "look again in a minute");
    return fine(`all ${names.length} are running`);
  },
};
