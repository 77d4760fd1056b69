import { formatDuration, formatRatio } from "../../api/human.ts";
import { limits } from "../../catalogue/limits.ts";
import { thresholds } from "../../catalogue/thresholds.ts";
import { html } from "../html.ts";
import type { PageFacts } from "../page-facts.ts";
import { renderElapsed } from "../time.ts";
import type { Section } from "./section.ts";

const count = new Intl.NumberFormat("en-GB");

/** Counts, rates and times, as the rollups tell them: the last known ones, with their age, while the database is away. */
export function renderNumbers({ health, now }: PageFacts): Section {
  const { statistics } = health;
  if (statistics === undefined) {
    const text = "No numbers yet: the database has not answered since the start.";
    return {
      id: "numbers",
      html: html`<h2 class="hidden" id="numbers-title">Numbers</h2><p class="empty">${text}</p>`,
    };
  }
  const { byStatus, oldestWaitSeconds, jobSuccessRatio, averageProcessingTimeMs, webhookSuccessRatio } = statistics;
  const isStale = now.getTime() - statistics.readAt.getTime() > limits.statisticsStaleMs;
  const rate = (ratio: number | null, { below }: { readonly below: number }) => ({
    text: formatRatio(ratio),
    isBad: ratio !== null && ratio < below,
  });
  const tiles = [
    {
      name: "Pending",
      text: count.format(byStatus.pending),
      isBad: statistics.queueHealth === "high",
      note: byStatus.pending > 0 && `oldest waits ${formatDuration(Math.floor(oldestWaitSeconds) * 1_000)}`,
    },
    { name: "Processing", text: count.format(byStatus.processing) },
    { name: "Success rate", ...rate(jobSuccessRatio, thresholds.jobSuccessRateLow), note: "last hour" },
    { name: "Average time", text: formatDuration(averageProcessingTimeMs), note: "last hour" },
    { name: "Webhook success", ...rate(webhookSuccessRatio, thresholds.webhookSuccessRateLow), note: "last hour" },
    {
      name: "Jobs in all",
      text: count.format(statistics.total),
      note: `${count.format(statistics.accepted.last24Hours)} in 24h`,
    },
  ];
  return {
    id: "numbers",
    html: html`<h2 class="hidden" id="numbers-title">Numbers</h2>
    ${isStale && html`<p class="notice">The database does not answer: these are the numbers of ${renderElapsed("ago", statistics.readAt, now)}.</p>`}
    <dl class="tiles${isStale && " stale"}">${tiles.map(
      ({
        name,
        text,
        isBad = false,
        note,
      }: {
        name: string;
        text: string | null;
        isBad?: boolean;
        note?: string | false;
      }) =>
        html`<div class="tile${isBad && " bad"}" data-key="${name}"><dt>${name}</dt>
        <dd><b>${text ?? "–"}</b>${note && html` <small>${note}</small>`}${isBad && html`<span class="hidden"> (not as it should be)</span>`}</dd></div>`,
    )}</dl>`,
  };
}
