import { images } from "../../topology/images.ts";
import { listening, type ServiceName } from "../../topology/listening.ts";
import type { Addresses, Place, Run, Service } from "../../topology/service.ts";
import type { Topology } from "../../topology.ts";
import { dockerNames } from "./names.ts";

/** A service as Docker runs it: each replica is a container. */
export interface PlannedService {
  readonly service: Service;
  readonly run: Run;
  readonly place: Place<ServiceName>;
  readonly containers: readonly string[];
}

/** Where files and secrets are in every container. */
const folders = { files: "/etc/gozcu", secrets: "/run/secrets" } as const;

/** A port by its name, which the service's types have checked. */
function portOf(service: ServiceName, port: string): number {
  const number = (listening[service] as Readonly<Record<string, number>>)[port];
  if (number === undefined) throw new Error(`the service ${service} has no port ${port}`);
  return number;
}

function planPlace({ name, image }: Service): Place<ServiceName> {
  const row = images[image];
  return {
    listen: (port) => ({ host: "0.0.0.0", port: portOf(name, port) }),
    self: (port) => `127.0.0.1:${portOf(name, port)}`,
    ...folders,
    data: "data" in row ? row.data : "/nowhere",
  };
}

/** Says where everything is and how it is run; nothing of the world is asked. */
export function planServices(stack: string, topology: Topology): readonly PlannedService[] {
  const containersOf = new Map(
    topology.map(({ name, replicas }) => [
      name,
      Array.from({ length: replicas }, (_, index) => dockerNames.container(stack, name, index + 1)),
    ]),
  );
  const at: Addresses<ServiceName> = {
    // Docker's DNS gives the service's name to all its replicas.
    one: (service, port) => `${service}:${portOf(service, port)}`,
    each: (service, port) =>
      (containersOf.get(service) ?? []).map((container) => `${container}:${portOf(service, port)}`),
  };
  return topology.map((service) => {
    const place = planPlace(service);
    return { service, place, run: service.run(at, place), containers: containersOf.get(service.name) ?? [] };
  });
}
