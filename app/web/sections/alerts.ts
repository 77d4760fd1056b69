import type { FiringAlert } from "../../api/ports.ts";
import { alertNames } from "../../catalogue/alerts.ts";
import { html, readWebAddress, type SafeHtml } from "../html.ts";
import type { PageFacts } from "../page-facts.ts";
import { renderElapsed } from "../time.ts";
import { cutText, type Section } from "./section.ts";

/** Labels that say nothing that is not said otherwise. */
const saidElsewhere = new Set(["alertname", "severity", "job", "instance"]);
const severities = new Set(["critical", "warning", "info"]);

function renderActions({ name, annotations }: FiringAlert): SafeHtml {
  // Ours are served here, under whatever address this page was reached.
  const isOurs = (alertNames as readonly string[]).includes(name);
  const runbook = isOurs ? `/runbooks/${name}` : readWebAddress(annotations.runbook_url);
  const dashboard = readWebAddress(annotations.dashboard_url);
  const about = html`<span class="hidden"> of ${cutText(name, 80)}</span>`;
  return html`<p class="actions">
    ${runbook !== undefined && html`<a class="action" href="${runbook}">Runbook${about}</a>`}
    ${dashboard !== undefined && html`<a href="${dashboard}" rel="noreferrer">Dashboard${about}</a>`}
  </p>`;
}

function renderAlert(alert: FiringAlert, now: Date): SafeHtml {
  const { name, labels, annotations, since, fingerprint } = alert;
  const { severity = "", ...rest } = labels;
  const known = severities.has(severity) ? severity : "info";
  const { value, threshold, summary } = annotations;
  const told = Object.entries(rest).filter(([label]) => !saidElsewhere.has(label));
  return html`<li class="alert ${known}" data-key="${fingerprint}">
    <p class="line"><span class="badge ${known}">${cutText(severity || "alert", 20)}</span> <strong>${cutText(name, 80)}</strong></p>
    ${summary !== undefined && html`<p>${cutText(summary)}</p>`}
    <dl class="labels facts">
      ${value !== undefined && html`<div><dt>is</dt><dd>${cutText(value, 80)}</dd></div>`}
      ${threshold !== undefined && html`<div><dt>fires at</dt><dd>${cutText(threshold, 80)}</dd></div>`}
      <div><dt>for</dt><dd>${renderElapsed("for", since, now)}</dd></div>
      ${told.map(([label, text]) => html`<div><dt>${cutText(label, 40)}</dt><dd>${cutText(text, 80)}</dd></div>`)}
    </dl>
    ${renderActions(alert)}
  </li>`;
}

const howTo = html`<a href="/runbooks/Watchdog">What to do</a>`;

function renderWatchdog({ watchdog: { lastSeenAt, alive }, firing, now }: PageFacts): SafeHtml {
  if (lastSeenAt === undefined && firing.length > 0)
    return html`<p class="watchdog">Its Watchdog was not heard yet.</p>`;
  if (lastSeenAt === undefined)
    return html`<p class="watchdog never">Alertmanager is not connected: no alert would show here. ${howTo}</p>`;
  if (alive)
    return html`<p class="watchdog alive">Alerting is alive: its Watchdog was heard ${renderElapsed("ago", lastSeenAt, now)}.</p>`;
  return html`<p class="watchdog silent"><strong>Alerting is silent:</strong> its Watchdog was last heard ${renderElapsed("ago", lastSeenAt, now)}. ${howTo}</p>`;
}

/** What fires, and whether anything would. */
export function renderAlerts(facts: PageFacts): Section {
  const { firing, now, watchdog } = facts;
  return {
    id: "alerts",
    html: html`<h2 id="alerts-title">Alerts <span class="count" aria-live="polite">${
      firing.length === 0 ? "none firing" : `${firing.length} firing`
    }</span></h2>
    ${
      firing.length > 0
        ? html`<ul class="alerts">${firing.map((alert) => renderAlert(alert, now))}</ul>`
        : watchdog.alive && html`<p class="empty">Nothing fires.</p>`
    }
    ${renderWatchdog(facts)}`,
  };
}
