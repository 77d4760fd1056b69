import { formatDuration } from "../../app/api/human.ts";
import type { ExitName } from "./exit-codes.ts";
import { Failure } from "./failure.ts";
import { type JobAnswer, renderJob, statusTones } from "./job-view.ts";
import { savePictures } from "./pictures.ts";
import { printable } from "./printable.ts";
import { waitForJob } from "./wait-for-job.ts";
import type { World } from "./world.ts";

/** 0 for a job that may still come to something. */
function exitOf({ status }: Pick<JobAnswer, "status">): ExitName {
  return status === "failed" || status === "cancelled" ? "notSo" : "done";
}

function describeEnd({ id, status, processingTimeMs, error }: JobAnswer, { output }: Pick<World, "output">): string {
  const time = processingTimeMs === null ? "" : ` in ${formatDuration(processingTimeMs)}`;
  const why = error === null ? "" : `: ${printable(`${error.code}: ${error.message}`)}`;
  return `job ${id} ${output.paintAside(statusTones[status], status)}${time}${why}`;
}

/**
 * Waits for a job's end and tells what came of it: its pictures' addresses, or where they are saved, alone on the standard
 * output.
 */
export async function followJob(id: string, world: World, folder: string | undefined): Promise<ExitName> {
  const { client, output, json, signal } = world;
  let job: JobAnswer;
  try {
    job = await waitForJob(id, world);
  } catch (error) {
    // Whatever ended the waiting, the job goes on.
    if (signal.aborted || (error instanceof Failure && ["unreachable", "later"].includes(error.exit)))
      output.say(`the job goes on: npx gozcu job ${id} --wait waits again, npx gozcu cancel ${id} ends it`);
    throw error;
  }
  output.say(describeEnd(job, world));
  const saved = folder === undefined ? undefined : await savePictures(job, folder, client);
  if (json) output.printJson({ ...job, ...(saved && { saved }) });
  else output.print(...(saved ?? job.images.map((_, n) => `${client.url}/api/jobs/${id}/images/${n}`)));
  return exitOf(job);
}

/** What there is to say of a job now. */
export function showJob(job: JobAnswer, { client, output, json, now }: World): ExitName {
  if (json) output.printJson(job);
  else output.print(...renderJob(job, { url: client.url, now: now(), paint: output.paint }));
  return exitOf(job);
}
