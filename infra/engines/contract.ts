import type { ServiceName } from "../topology/listening.ts";
import type { Files, Health } from "../topology/service.ts";
import type { Topology } from "../topology.ts";

/** What an engine makes of a service, in no engine's words. */
export interface PlannedService {
  readonly name: ServiceName;
  /** What is started before it, be it for its own needs or for those of what it needs. */
  readonly after: readonly ServiceName[];
  /** An image with its version, or the path of a program. */
  readonly runs: { readonly image: string } | { readonly program: string };
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Text by absolute path, as the service sees it. */
  readonly files: Files;
  /** The same for what no other service may read. */
  readonly secretFiles: Files;
  /** The folders that hold nothing but those files. */
  readonly folders: readonly string[];
  readonly health: Health;
  /** Where it is reached: each of the hosts on each of the ports. */
  readonly hosts: readonly string[];
  readonly ports: readonly number[];
}

/** In the order in which the services are started. */
export type EnginePlan = readonly PlannedService[];

/** How every engine plans: nothing of the world is asked, so the same topology gives the same plan. */
export type PlanTopology = (topology: Topology) => EnginePlan;

/** Names of the service itself, which mean something else to every other. */
const ownHosts = ["0.0.0.0", "127.0.0.1"] as const;

const hostAndPort = /(?<![\w.:-])[a-z0-9][a-z0-9.-]*:\d{2,5}(?![\w.:-])/gi;

const absolutePath = /(?:\/[\w.-]+)+/g;

function textsOf({ args, env, files, secretFiles, health }: PlannedService): readonly string[] {
  const asked = "url" in health ? [health.url] : health.command;
  return [...args, ...Object.values(env), ...Object.values(files), ...Object.values(secretFiles), ...asked];
}

function combine(hosts: readonly string[], ports: readonly number[]): readonly string[] {
  return hosts.flatMap((host) => ports.map((port) => `${host}:${port}`));
}

/** The addresses that a plan's services name and at which none of them answers, by service. */
export function findStrangeAddresses(plan: EnginePlan): readonly (readonly [ServiceName, string])[] {
  const known = plan.flatMap(({ hosts, ports }) => combine(hosts, ports));
  return plan.flatMap((service) => {
    const own = combine(ownHosts, service.ports);
    const named = textsOf(service).flatMap((text) => text.match(hostAndPort) ?? []);
    return [...new Set(named)]
      .filter((address) => !known.includes(address) && !own.includes(address))
      .map((address) => [service.name, address] as const);
  });
}

/** The paths below its folders that a service is told of, and where it will find nothing. */
export function findMissingFiles(service: PlannedService): readonly string[] {
  const there = [...Object.keys(service.files), ...Object.keys(service.secretFiles)];
  const named = textsOf(service).flatMap((text) => text.match(absolutePath) ?? []);
  return [...new Set(named)].filter(
    (path) =>
      service.folders.some((folder) => path.startsWith(`${folder}/`)) &&
      !there.some((file) => file === path || file.startsWith(`${path}/`)),
  );
}
