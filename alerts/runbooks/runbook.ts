import type { Promql } from "../../app/telemetry/promql.ts";
import type { Place } from "./place.ts";

/** A question to Prometheus, and what its answer tells. */
export interface Query {
  readonly tells: string;
  readonly query: Promql;
  /** The query by its nature has no series while nothing is wrong. */
  readonly emptyWhenHealthy?: true;
}

/** Something to type into a shell, as a function of where the programs are. */
export interface Command {
  readonly tells: string;
  readonly command: (at: Place) => string;
  /** The command by its nature writes nothing while nothing is wrong. */
  readonly silentWhenHealthy?: true;
}

/** What somebody reads who was woken by an alert. The texts are Markdown. */
export interface Runbook {
  /** What has happened, and how the product judges it. */
  readonly meaning: string;
  /** What users notice, and what the service does meanwhile. */
  readonly impact: string;
  /** From the likely to the unlikely. The value that the alert looks at comes before all of it by itself. */
  readonly diagnosis: readonly (Query | Command)[];
  /** What to do, in this order. */
  readonly mitigation: readonly string[];
  /** The value that the alert looks at has no series while nothing is wrong. */
  readonly valueEmptyWhenHealthy?: true;
}
