import type { Links } from "../alerts/alert-rules.ts";
import { createSampleStore } from "./adapters/postgres/sample-store.ts";
import { createPrometheusClient } from "./adapters/prometheus/client.ts";
import { createPrometheusHistory } from "./adapters/prometheus/history.ts";
import { historyTiming } from "./catalogue/history.ts";
import type { Parts } from "./parts.ts";
import { createHistory, type History } from "./web/history.ts";
import type { HistorySource } from "./web/history-source.ts";
import { startRecorder } from "./web/recorder.ts";
import { readSample } from "./web/sample.ts";

export interface PageHistory extends History {
  /** Where Prometheus is, when that is known only after the start. What is configured stays. */
  learn(links: Partial<Links>): void;
}

/** The past of the status page: written down from now on, and read back, or asked of Prometheus where there is one. */
export function createPageHistory({
  config,
  database,
  health,
  log,
}: Pick<Parts, "config" | "database" | "health" | "log">): PageHistory {
  const open = (url: string): HistorySource =>
    createPrometheusHistory(createPrometheusClient({ url, answerBytes: historyTiming.prometheusAnswerBytes }));
  let prometheus = config.PROMETHEUS_URL === undefined ? undefined : open(config.PROMETHEUS_URL);
  const samples = createSampleStore(database);
  const current = () => readSample(health.snapshot(), new Date());
  const recorder = startRecorder({
    read: current,
    record: samples.record,
    everyMs: historyTiming.offerMs,
    after: health.first,
  });
  const history = createHistory({ recorded: samples, prometheus: () => prometheus, current, log });
  return {
    read: history.read,
    learn(links) {
      if (config.PROMETHEUS_URL === undefined && links.prometheus !== undefined) prometheus = open(links.prometheus);
    },
    async close() {
      await Promise.all([history.close(), recorder.close()]);
    },
  };
}
