import type { ScheduleName } from "../catalogue/names.ts";
import type { Tracing } from "../telemetry/tracing.ts";

export interface ScheduledOptions {
  readonly tracing: Tracing;
  readonly work: Readonly<Record<ScheduleName, () => Promise<string>>>;
  readonly log: (level: "info" | "error", message: string, error?: unknown) => void;
}

/** Runs one scheduled job as the span `job.<name>`. One that fails is told, and the queue brings it again. */
export function createScheduled({ tracing, work, log }: ScheduledOptions) {
  return async function runScheduled(name: ScheduleName): Promise<void> {
    try {
      const outcome = await tracing.run(`job.${name}`, { parent: {}, attributes: { "job.name": name } }, work[name]);
      log("info", `${name}: ${outcome}`);
    } catch (error) {
      log("error", `${name} failed`, error);
      throw error;
    }
  };
}
