import type { SourceReport } from "../../api/ports.ts";
import { limits } from "../../catalogue/limits.ts";
import { html, type SafeHtml } from "../html.ts";
import type { PageFacts } from "../page-facts.ts";
import { renderElapsed } from "../time.ts";
import type { Section } from "./section.ts";

function renderSource({ source, metrics, reportedAt }: SourceReport, now: Date): SafeHtml {
  const isSilent = now.getTime() - reportedAt.getTime() > limits.sourceSilentSeconds * 1_000;
  const values = Object.entries(metrics);
  return html`<li class="source${isSilent && " silent"}" data-key="${source}">
    <details>
      <summary><strong>${source}</strong> <span>${isSilent ? "silent, last heard" : "reported"} ${renderElapsed("ago", reportedAt, now)}</span>
        <span>${values.length === 1 ? "1 number" : `${values.length} numbers`}</span></summary>
      <dl class="reported">${values.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
    </details>
  </li>`;
}

/** The systems that report numbers of their own, and when they last did. */
export function renderSources({ health, now }: PageFacts): Section {
  const { sources } = health;
  return {
    id: "sources",
    html: html`<h2 id="sources-title">Telemetry sources</h2>
    ${
      sources.length === 0
        ? html`<p class="empty">None has reported. Another system does so with <code>POST /api/telemetry</code>.</p>`
        : html`<ul class="sources">${sources.map((one) => renderSource(one, now))}</ul>`
    }`,
  };
}
