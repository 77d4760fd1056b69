import { type LoadName, loads } from "../../app/catalogue/load.ts";
import { writeGoodputReport } from "./goodput-report.ts";
import { startSoakWatch } from "./soak.ts";
import type { Summary } from "./summary.ts";

export interface RunContext {
  /** The run's own folder, for reports. */
  readonly folder: string;
  /** Also the value of the tag `testid` in Prometheus. */
  readonly testId: string;
  /** The service, without credentials and without a slash at the end. */
  readonly url: string;
  /** The OpenTelemetry ports of its processes. */
  readonly metricsUrls: readonly string[];
}

/** What was seen of a run beside k6's thresholds. */
export interface Findings {
  /** To be printed. */
  readonly lines: readonly string[];
  /** What breaks the run, each a sentence. */
  readonly failed: readonly string[];
}

interface ScenarioRow {
  /** Relative to the repository. */
  readonly file: string;
  readonly help: string;
  /**
   * Whether k6 gives way to the service on a machine that both share. Past the service's capacity it would never have its
   * turn, and measure that.
   */
  readonly givesWay: boolean;
  /** Watches the run from before k6 starts until `close`. */
  readonly beside?: (context: RunContext) => Promise<{ close(): Promise<Findings> }>;
  /** Makes more of the summary, once k6 has ended. */
  readonly epilogue?: (context: RunContext & { readonly summary: Summary }) => Promise<Findings>;
}

export type ScenarioName = LoadName | "stress";

export const scenarios: Readonly<Record<ScenarioName, ScenarioRow>> = {
  smoke: { file: "k6/smoke.ts", help: loads.smoke.help, givesWay: true },
  load: { file: "k6/load.ts", help: loads.load.help, givesWay: true },
  stress: {
    file: "k6/stress.ts",
    help: "more with each step, past what the service can do, and back",
    givesWay: false,
    epilogue: writeGoodputReport,
  },
  soak: {
    file: "k6/soak.ts",
    help: loads.soak.help,
    givesWay: true,
    beside: ({ metricsUrls, folder }) => startSoakWatch({ urls: metricsUrls, folder }),
  },
};

export const scenarioNames = Object.keys(scenarios) as readonly ScenarioName[];
