import { secretsFolder } from "../../../stack/folders.ts";
import type { Stack } from "../../../stack/stack.ts";
import type { ServiceName } from "../../../topology/listening.ts";

/**
 * The services whose data is kept in a backup, in the order of saving, each with its file in the archive. Redis comes
 * before Postgres: what it has queued is then known there.
 */
export const partFiles = {
  redis: "redis.tar",
  postgres: "postgres.dump",
  grafana: "grafana.tar",
  prometheus: "prometheus.tar",
} as const satisfies { readonly [S in ServiceName]?: string };

export type PartName = keyof typeof partFiles;
/** Saved as the files of its volume. */
export type VolumeName = Exclude<PartName, "postgres">;

export const partNames = Object.keys(partFiles) as readonly PartName[];

const isExternal = ({ topology }: Stack, name: PartName) =>
  (name === "postgres" || name === "redis") && topology.external.has(name);

/** The parts of a stack's backup: what is taken from elsewhere is nobody's to save here. */
export function listParts(stack: Stack): readonly PartName[] {
  return partNames.filter((name) => !isExternal(stack, name));
}

/** What a backup of the stack does not hold, for people. */
export function describeOmissions(stack: Stack): readonly string[] {
  const external = partNames.filter((name) => isExternal(stack, name));
  return [
    ...external.map((name) => `Not in it: ${name}, which is not this stack's own; save it where it runs.`),
    "Not in it: Jaeger's traces, and Alertmanager's silences.",
    `Not in it: the secrets, without which a lost machine is not replaced; keep a copy of ${secretsFolder(stack.name)}.`,
  ];
}
