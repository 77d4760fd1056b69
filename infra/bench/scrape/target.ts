import type { RequestKind } from "./workload.ts";

/** What is measured: a library that keeps metrics and serves them to a scraper. */
export interface Target {
  readonly url: string;
  /** Records one request of each kind, which ends: all the series but the gauge's change. */
  record(): void;
}

/** Makes the instruments; nothing is recorded yet. */
export type StartTarget = (kinds: readonly RequestKind[]) => Promise<Target>;
