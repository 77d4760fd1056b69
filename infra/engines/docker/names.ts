import type { ServiceName } from "../../topology/listening.ts";
import type { NetworkName } from "../../topology/service.ts";

/** What a volume of a service holds. */
export type VolumeKind = "data" | "files" | "secrets";

/** What everything is called on the Docker host, so that several stacks can live on one. */
export const dockerNames = {
  container: (stack: string, service: ServiceName, replica: number) => `${stack}-${service}-${replica}`,
  volume: (stack: string, service: ServiceName, kind: VolumeKind) => `${stack}-${service}-${kind}`,
  network: (stack: string, network: NetworkName) => `${stack}-${network}`,
} as const;

/** Labels of every container that we make; the last tells what it was made from. */
export const labels = { stack: "gozcu.stack", service: "gozcu.service", revision: "gozcu.revision" } as const;
