import type { Check } from "../check.ts";
import { listContainers } from "../container-list.ts";
import { fine, whenKnown, wrong } from "../finding.ts";

const everywhere: readonly string[] = ["0.0.0.0", "::", ""];
const overlap = (a: string, b: string) => a === b || everywhere.includes(a) || everywhere.includes(b);

/** What a failed attempt to listen says of the port; not to be allowed to listen says nothing, as Docker may be. */
const refusals: Readonly<Record<string, string>> = {
  EADDRINUSE: "is held by another program",
  EADDRNOTAVAIL: "is at an address that this machine does not have",
};

export const portsCheck: Check = {
  title: "Ports",
  stops: ["deploy"],
  async run({ stack, daemon, world }) {
    const docker = whenKnown(daemon);
    if (docker === undefined || stack === undefined) return undefined;
    const containers = await listContainers(world);
    const wanted = stack.services.flatMap(({ publish }) =>
      publish.map(({ address, hostPort }) => ({ address, port: hostPort })),
    );
    const judged = wanted.map(async ({ address, port }) => {
      const holder = containers.find(({ ports }) =>
        ports.some((held) => held.port === port && overlap(held.address, address)),
      );
      if (holder?.stack === stack.name) return undefined;
      const refusal =
        holder !== undefined
          ? `is held by the container ${holder.name}`
          : refusals[(docker.isLocal ? await world.tryPort(address, port) : undefined) ?? ""];
      return refusal && `${address}:${port} ${refusal}`;
    });
    const refused = (await Promise.all(judged)).filter((problem) => problem !== undefined);
    if (refused.length > 0)
      return wrong(refused.join("; "), "stop what holds it, or publish on another port or address (publish.*)");
    if (wanted.length === 0) return fine("none is published");
    return fine(`${wanted.map(({ address, port }) => `${address}:${port}`).join(", ")} can be had`);
  },
};
