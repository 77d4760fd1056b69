import { setTimeout as delay } from "node:timers/promises";
import { limits } from "../../../app/catalogue/limits.ts";
import { type JobStatus, jobStatuses } from "../../../app/catalogue/names.ts";
import type { Answer } from "../client.ts";
import { defineCommand } from "../command.ts";
import { Failure } from "../failure.ts";
import { type JobAnswer, jobHead, jobRow } from "../job-view.ts";
import { readCount } from "../options.ts";
import { measureColumns, renderRow, renderTable } from "../table.ts";
import type { World } from "../world.ts";

const limitDefault = 20;
const limitMost = 10_000;
const watchMs = 1_000;

interface Wanted {
  readonly status: JobStatus | undefined;
  readonly limit: number;
}

/** Page by page until there are enough. */
async function list({ status, limit }: Wanted, { client }: Pick<World, "client">): Promise<Answer<"jobList">> {
  const jobs: JobAnswer[] = [];
  let cursor: string | undefined;
  for (;;) {
    const size = Math.min(limit - jobs.length, limits.pageSizeMax);
    const page = await client.ask("jobList", { query: { status, limit: String(size), cursor } });
    jobs.push(...page.jobs);
    if (page.nextCursor === null || jobs.length >= limit) return { jobs, nextCursor: page.nextCursor };
    cursor = page.nextCursor;
  }
}

/** A line for each job and for each change of one, the newest last, until `signal` ends it. */
async function watch(wanted: Wanted, world: World): Promise<never> {
  const { output, json, now, signal } = world;
  const known = new Map<string, JobStatus>();
  const widths = measureColumns([jobHead, [36, 10, 12, 8, 8].map((width) => ({ text: " ".repeat(width) }))]);
  const layout = { widths, paint: output.paint, ...(output.columns !== undefined && { columns: output.columns }) };
  let away = false;

  async function look(): Promise<readonly JobAnswer[]> {
    try {
      const { jobs } = await list(wanted, world);
      if (away) output.say("it answers again");
      away = false;
      return jobs;
    } catch (error) {
      if (!(error instanceof Failure) || error.exit !== "unreachable" || known.size === 0) throw error;
      if (!away) output.say(error.message);
      away = true;
      return [];
    }
  }

  if (!json) output.print(renderRow(jobHead, layout));
  for (;;) {
    const changed = (await look()).filter(({ id, status }) => known.get(id) !== status);
    for (const job of changed.toReversed()) {
      known.set(job.id, job.status);
      if (json) output.printJson(job, "line");
      else output.print(renderRow(jobRow(job, now()), layout));
    }
    await delay(watchMs, undefined, { signal });
  }
}

export const jobsCommand = defineCommand({
  synopsis: "jobs",
  summary: "the jobs, newest first",
  positionals: {},
  options: {
    status: { type: "string", nargs: 1, choices: jobStatuses, describe: "only those in this state" },
    limit: {
      nargs: 1,
      default: limitDefault,
      coerce: readCount("limit", limitMost),
      describe: `how many, at most ${limitMost}`,
    },
    watch: { type: "boolean", describe: "go on with a line for each change, until Ctrl-C" },
  },
  examples: [["jobs --status failed", "what went wrong, and why"]],
  async run({ status, limit, watch: goesOn }, world) {
    const { output, json, now } = world;
    if (goesOn) return watch({ status, limit }, world);
    const page = await list({ status, limit }, world);
    if (json) {
      output.printJson(page);
      return "done";
    }
    if (page.jobs.length === 0) {
      output.say(status === undefined ? "there are no jobs yet" : `no job is ${status}`);
      return "done";
    }
    const rows = [jobHead, ...page.jobs.map((job) => jobRow(job, now()))];
    const { paint, columns } = output;
    output.print(...renderTable(rows, { paint, ...(columns !== undefined && { columns }) }));
    if (page.nextCursor !== null) output.say(`there are more: --limit ${Math.min(limit * 5, limitMost)}`);
    return "done";
  },
});
