import type { ServiceName } from "./names.ts";

/**
 * What `GET /api/health` watches. A probe runs in the background every `probeIntervalMs`, has `probeDeadlineMs` to
 * answer, and its result counts as `down` once it is older than `staleAfterMs`: a probe that hangs is not `up`.
 */
interface ProbedRow {
  /** What people call it. */
  readonly title: string;
  readonly help: string;
  readonly probeIntervalMs: number;
  readonly probeDeadlineMs: number;
  readonly staleAfterMs: number;
}

/** Has no probe of its own: what another service answers tells of it, and is not known once older than `staleAfterMs`. */
interface DerivedRow {
  readonly title: string;
  readonly help: string;
  readonly derivedFrom: ServiceName;
  readonly staleAfterMs: number;
}

export const services = {
  database: {
    title: "Database",
    help: "Postgres: jobs, rollups, sessions and what sources reported",
    probeIntervalMs: 1_000,
    probeDeadlineMs: 2_000,
    staleAfterMs: 5_000,
  },
  queue: {
    title: "Queue",
    help: "the queue that hands jobs and webhooks to the workers: Redis or Postgres, as QUEUE_URL says",
    probeIntervalMs: 2_000,
    probeDeadlineMs: 2_000,
    staleAfterMs: 8_000,
  },
  comfyui: {
    title: "ComfyUI",
    help: "ComfyUI, which renders the images",
    probeIntervalMs: 3_000,
    probeDeadlineMs: 2_000,
    staleAfterMs: 9_000,
  },
  webhook: {
    title: "Webhooks",
    help: "the delivery of webhooks to those who asked for them",
    derivedFrom: "database",
    staleAfterMs: 5_000,
  },
} as const satisfies Record<ServiceName, ProbedRow | DerivedRow>;

export type ProbedServiceName = {
  [Name in ServiceName]: (typeof services)[Name] extends ProbedRow ? Name : never;
}[ServiceName];
