import type { ServiceState } from "../../api/ports.ts";
import { type ServiceName, serviceNames } from "../../catalogue/names.ts";
import { services } from "../../catalogue/services.ts";
import { html, type SafeHtml } from "../html.ts";
import type { CoarseFacts } from "../page-facts.ts";
import { renderElapsed } from "../time.ts";
import { cutText, type Section } from "./section.ts";

/** In steps, so that a service that is as fast as before is no news. */
function formatLatency(ms: number): string {
  const step = 10 ** Math.max(1, Math.floor(Math.log10(Math.max(ms, 1))));
  return `under ${(Math.floor(ms / step) + 1) * step}ms`;
}

function renderDetails({ status, latencyMs, reason, version, demo }: ServiceState): SafeHtml {
  const facts = [
    status === "up" && latencyMs !== undefined && `answers in ${formatLatency(latencyMs)}`,
    demo === true ? "the demo renderer" : version !== undefined && `version ${cutText(version, 40)}`,
  ];
  return html`<p class="facts">${facts.filter((fact) => fact !== false).join(" · ")}</p>
    ${reason !== undefined && html`<p class="why">${cutText(reason)}</p>`}`;
}

function renderService(name: ServiceName, { health, now }: CoarseFacts, detailed: boolean): SafeHtml {
  const state = health.services[name];
  const { title, help } = services[name];
  return html`<li class="service ${state.status}" data-key="${name}">
    <span class="dot" aria-hidden="true"></span>
    <div>
      <p class="line"><strong title="${help}">${title}</strong>
        <span class="status"><b>${state.status}</b> for ${renderElapsed("for", state.since, now)}</span></p>
      ${detailed && renderDetails(state)}
    </div>
  </li>`;
}

const queueWords = { healthy: "good", high: "high" } as const;

/** For everybody, who is not told how many jobs wait. */
function renderQueueHealth({ health: { statistics } }: CoarseFacts): SafeHtml {
  const state = statistics === undefined || statistics.queueHealth === "healthy" ? "up" : "long";
  const words = statistics === undefined ? "not known yet" : queueWords[statistics.queueHealth];
  return html`<li class="service ${state}" data-key="queue-health">
    <span class="dot" aria-hidden="true"></span>
    <div><p class="line"><strong>Queue health</strong> <span class="status"><b>${words}</b></span></p></div>
  </li>`;
}

/** What is up and what is down, since when; with details also how fast it answers, and why it does not. */
export function renderServices(facts: CoarseFacts, { detailed }: { readonly detailed: boolean }): Section {
  return {
    id: "services",
    html: html`<h2 id="services-title">Services</h2>
    <ul class="services">${serviceNames.map((name) => renderService(name, facts, detailed))}${!detailed && renderQueueHealth(facts)}</ul>`,
  };
}
