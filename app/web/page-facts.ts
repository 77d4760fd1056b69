import type {
  AlertDesk,
  FiringAlert,
  HealthDesk,
  HealthSnapshot,
  JobDesk,
  Remediation,
  WatchdogState,
} from "../api/ports.ts";
import { type HistoryRange, historyRanges } from "../catalogue/history.ts";
import { pageLimits } from "../catalogue/status-page.ts";
import type { Job } from "../jobs/job.ts";
import type { History, PanelHistory } from "./history.ts";
import { createLastKnown, type Known, type LastKnown } from "./last-known.ts";

/** What everybody may see comes of these. */
export interface CoarseFacts {
  readonly now: Date;
  readonly health: HealthSnapshot;
  readonly firing: readonly FiringAlert[];
  readonly watchdog: WatchdogState;
}

/** All that the page shows. What is read elsewhere is undefined until it could be read once. */
export interface PageFacts extends CoarseFacts {
  readonly range: HistoryRange;
  readonly jobs: Known<readonly Job[]> | undefined;
  readonly remediations: Known<readonly Remediation[]> | undefined;
  readonly history: Known<PanelHistory> | undefined;
}

export interface PageFactsReader {
  coarse(): CoarseFacts;
  /** Never rejects, and answers in time also when the database hangs. */
  all(range: HistoryRange): Promise<PageFacts>;
}

/** Reads what the page shows, once for all who look at it and only while somebody does. */
export function createPageFacts(options: {
  readonly health: HealthDesk;
  readonly alerts: Pick<AlertDesk, "firing" | "watchdog" | "remediations">;
  readonly jobs: Pick<JobDesk, "list">;
  readonly history: Pick<History, "read">;
  /** Told of what could not be read. */
  readonly onError: (error: unknown) => void;
}): PageFactsReader {
  const { health, alerts, history, onError } = options;
  const { patienceMs, tickMs, chartMs } = pageLimits;
  const recent = { freshMs: tickMs, patienceMs, onError };
  const jobs = createLastKnown({
    ...recent,
    read: async () => (await options.jobs.list({ limit: pageLimits.jobsListed })).jobs,
  });
  const remediations = createLastKnown({ ...recent, read: alerts.remediations });
  const histories = new Map<HistoryRange, LastKnown<PanelHistory>>();
  for (const range of Object.keys(historyRanges) as HistoryRange[]) {
    const read = () => history.read(range);
    histories.set(range, createLastKnown({ read, freshMs: chartMs, patienceMs, onError }));
  }

  function coarse(): CoarseFacts {
    return { now: new Date(), health: health.snapshot(), firing: alerts.firing(), watchdog: alerts.watchdog() };
  }

  return {
    coarse,
    async all(range) {
      const [listed, attempts, drawn] = await Promise.all([
        jobs.get(),
        remediations.get(),
        histories.get(range)?.get(),
      ]);
      return { ...coarse(), range, jobs: listed, remediations: attempts, history: drawn };
    },
  };
}
