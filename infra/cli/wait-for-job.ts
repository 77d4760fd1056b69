import { setTimeout as delay } from "node:timers/promises";
import { hasEnded } from "../../app/jobs/job.ts";
import { Failure } from "./failure.ts";
import type { JobAnswer } from "./job-view.ts";
import { renderProgress } from "./progress-line.ts";
import type { World } from "./world.ts";

const pauseMs = 250;
/** The line moves on also while nothing new is known. */
const longestPauseMs = 1_000;
/** A restart of the service is waited for; the job is not lost by it. */
const absenceMs = 60_000;

/** Follows a job until it has ended, and shows how far it is. Rejects when `signal` ends the waiting; the job goes on. */
export async function waitForJob(id: string, world: Pick<World, "client" | "output" | "signal">): Promise<JobAnswer> {
  const { client, output, signal } = world;
  const began = performance.now();
  let told: string | undefined;
  let awaySince: number | undefined;
  let pause = pauseMs;

  async function look(): Promise<JobAnswer | undefined> {
    try {
      const job = await client.ask("jobRead", { id });
      awaySince = undefined;
      return job;
    } catch (error) {
      if (!(error instanceof Failure) || error.exit !== "unreachable") throw error;
      if (awaySince === undefined) output.say(`${error.message}; the job is not lost, and is looked for again`);
      awaySince ??= performance.now();
      if (performance.now() - awaySince > absenceMs) throw error;
      return undefined;
    }
  }

  try {
    for (;;) {
      const job = await look();
      if (job !== undefined) {
        if (hasEnded(job.status)) return job;
        output.show(renderProgress(job, { elapsedMs: performance.now() - began, paint: output.paintAside }));
        if (!output.live && told !== job.status) output.say(job.status);
        told = job.status;
      }
      await delay(pause, undefined, { signal });
      pause = Math.min(pause * 1.2, longestPauseMs);
    }
  } finally {
    output.show("");
  }
}
