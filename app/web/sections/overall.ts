import { html, type SafeHtml } from "../html.ts";
import { judgeOverall, type Trouble } from "../overall.ts";
import type { CoarseFacts } from "../page-facts.ts";
import { renderElapsed } from "../time.ts";
import { cutText, type Section } from "./section.ts";

function renderTrouble({ what, level, since, why, runbook }: Trouble, now: Date, detailed: boolean): SafeHtml {
  return html`<li class="trouble ${level}" data-key="${runbook} ${what}">
    <p class="what"><strong>${cutText(what)}</strong>${
      since && html` <span class="since">for ${renderElapsed("for", since, now)}</span>`
    }</p>
    ${detailed && why !== undefined && html`<p class="why">${cutText(why)}</p>`}
    ${
      runbook === undefined
        ? detailed && html`<a class="action" href="#alerts">Look at the alerts</a>`
        : html`<a class="action" href="/runbooks/${runbook}">What to do<span class="hidden"> about: ${what}</span></a>`
    }
  </li>`;
}

/** The state in words, and what is wrong: since when, and what to do. Why it is so is among the details. */
export function renderOverall(facts: CoarseFacts, { detailed }: { readonly detailed: boolean }): Section {
  const { level, words, troubles } = judgeOverall(facts, { detailed });
  const { statistics } = facts.health;
  const calm =
    statistics === undefined
      ? "Every service is up."
      : `Every service is up, and ${statistics.byStatus.pending === 0 ? "no job waits" : "the queue is short"}.`;
  return {
    id: "overall",
    html: html`<div class="state ${level}" data-level="${level}">
      <span class="beacon" aria-hidden="true"></span>
      <div>
        <div role="status"><h1 id="overall-title">${words}</h1></div>
        ${troubles.length === 0 && html`<p class="calm">${calm}</p>`}
      </div>
    </div>
    ${troubles.length > 0 && html`<ul class="troubles">${troubles.map((one) => renderTrouble(one, facts.now, detailed))}</ul>`}`,
  };
}
