import { formatDuration } from "../../api/human.ts";
import type { Remediation } from "../../api/ports.ts";
import { html, type SafeHtml } from "../html.ts";
import type { PageFacts } from "../page-facts.ts";
import { renderElapsed } from "../time.ts";
import { cutText, type Section } from "./section.ts";

function renderAttempt({ id, alert, startedAt, ending }: Remediation, now: Date): SafeHtml {
  const outcome = ending?.outcome ?? "running";
  const took = ending && formatDuration(ending.endedAt.getTime() - startedAt.getTime());
  return html`<li class="attempt ${outcome}" data-key="${id}">
    <p class="line"><span class="badge ${outcome}">${outcome}</span> <strong>${cutText(alert, 80)}</strong>
      <span>${renderElapsed("ago", startedAt, now)}${took && html`, took ${took}`}</span></p>
    ${ending?.reason !== undefined && html`<p class="why">It ${cutText(ending.reason)}</p>`}
    ${
      ending !== undefined &&
      ending.output !== "" &&
      html`<details><summary>What it wrote</summary><pre tabindex="0" aria-label="Output of the command">${ending.output}</pre></details>`
    }
  </li>`;
}

/** What the product has done by itself. */
export function renderRemediations({ health, remediations, now }: PageFacts): Section {
  const attempts = remediations?.value ?? [];
  const isConfigured = health.remediations !== undefined;
  const none = isConfigured
    ? "No attempt yet: the configured command waits for ComfyuiDown."
    : "Off: REMEDIATION_COMFYUI_COMMAND is the command that restarts ComfyUI.";
  return {
    id: "remediations",
    html: html`<h2 id="remediations-title">Remediation</h2>
    ${
      attempts.length > 0
        ? html`<ul class="attempts">${attempts.map((attempt) => renderAttempt(attempt, now))}</ul>`
        : html`<p class="empty">${remediations === undefined && isConfigured ? "Not known: the database has not answered yet." : none}</p>`
    }`,
  };
}
