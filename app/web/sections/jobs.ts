import { formatDuration } from "../../api/human.ts";
import { limits } from "../../catalogue/limits.ts";
import { hasEnded, type Job } from "../../jobs/job.ts";
import { html, type SafeHtml } from "../html.ts";
import type { PageFacts } from "../page-facts.ts";
import { renderElapsed } from "../time.ts";
import { cutText, type Section } from "./section.ts";

/** Where a trace and the API are found; the first only where that is known. */
export interface JobLinks {
  readonly jaeger: string | undefined;
  readonly service: string;
}

/** What was asked for, where that was said in words. */
function nameOf({ prompt, type, id }: Job): string {
  return prompt === undefined ? `${type} ${id.slice(0, 8)}` : cutText(prompt, 80);
}

function renderThumbnail(job: Job): SafeHtml {
  const { id, images, status } = job;
  if (images.length === 0) return html`<span class="thumbnail none ${status}" aria-hidden="true"></span>`;
  const more = images.length > 1 && html`<span class="more">+${images.length - 1}</span>`;
  return html`<a class="thumbnail" href="/pictures/${id}/0"><img src="/pictures/${id}/0" width="56" height="56" loading="lazy" decoding="async" alt="Picture of ${nameOf(job)}">${more}</a>`;
}

function renderTrace({ traceId }: Job, { jaeger }: JobLinks): SafeHtml | false {
  if (traceId === undefined) return false;
  if (jaeger === undefined) return html`<span class="trace">trace <code>${traceId}</code></span>`;
  return html`<a class="trace" href="${jaeger}/trace/${traceId}" rel="noreferrer">Trace <code>${traceId.slice(0, 8)}</code></a>`;
}

function renderTimes({ createdAt, startedAt, finishedAt, attempts }: Job, now: Date): SafeHtml {
  const took = startedAt && finishedAt && formatDuration(finishedAt.getTime() - startedAt.getTime());
  return html`${took && html`<span>took <b>${took}</b></span>`}${
    startedAt && !finishedAt && html`<span>running for ${renderElapsed("for", startedAt, now)}</span>`
  }<span>accepted ${renderElapsed("ago", createdAt, now)}</span>${attempts > 1 && html`<span>attempt ${attempts}</span>`}`;
}

function renderJob(job: Job, now: Date, links: JobLinks): SafeHtml {
  const { id, status, progress, error } = job;
  const percent = Math.floor(progress * 100);
  return html`<li class="job ${status}" data-key="${id}">
    ${renderThumbnail(job)}
    <div class="body">
      <p class="line"><span class="badge ${status}">${status}</span> <strong>${nameOf(job)}</strong></p>
      ${
        status === "processing" &&
        html`<p class="progress"><progress value="${percent}" max="100" aria-label="Progress of ${nameOf(job)}">${percent}%</progress> <span>${percent}%</span></p>`
      }
      ${error && (!hasEnded(status) || status === "failed") && html`<p class="why"><code>${cutText(error.code, 40)}</code> ${cutText(error.message)}</p>`}
      <p class="facts">${renderTimes(job, now)}</p>
      <p class="ids"><span>job <code>${id}</code></span>${renderTrace(job, links)}</p>
    </div>
  </li>`;
}

/** How to get the first one. */
function renderNone({ service }: JobLinks): SafeHtml {
  const command = `curl -s ${service}/api/jobs -H "X-API-Key: $KEY" -H 'Content-Type: application/json' -d '{"type":"image","prompt":"a lighthouse in the fog"}'`;
  return html`<p class="empty">No job yet. Submit the first, with the API key in <code>KEY</code>:</p>
    <pre tabindex="0" aria-label="The command that submits a job"><code>${command}</code></pre>`;
}

/** The last jobs, with what became of them. */
export function renderJobs({ jobs, now }: PageFacts, links: JobLinks): Section {
  const isStale = jobs !== undefined && now.getTime() - jobs.at.getTime() > limits.statisticsStaleMs;
  return {
    id: "jobs",
    html: html`<h2 id="jobs-title">Last jobs</h2>
    ${isStale && html`<p class="notice">The database does not answer: this is the list of ${renderElapsed("ago", jobs.at, now)}.</p>`}
    ${
      jobs === undefined
        ? html`<p class="empty">Not known: the database has not answered yet.</p>`
        : jobs.value.length === 0
          ? renderNone(links)
          : html`<ol class="jobs">${jobs.value.map((job) => renderJob(job, now, links))}</ol>`
    }`,
  };
}
