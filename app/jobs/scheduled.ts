import type { ScheduleName } from "../catalogue/names.ts";
import type { Tracing } from "../telemetry/tracing.ts";

export interface ScheduledOptions {
  readonly tracing: Tracing;
  readonly work: Readonly<Record<ScheduleName, () => Promise<string>>>;
  readonly log: (level: "info" | "error", message: string, error?: unknown) => void;
}

/** Runs one scheduled job as the span `job.<name>`. Rejects when it fails, so that the queue brings it again. */
export function createScheduled({ tracing, work, log }: ScheduledOptions) {
  return async function runScheduled(name: ScheduleName): Promise<void> {
    /** Told inside the span, so that the line in the log names its trace. */
    const run = async () => {
      try {
        log("info", `${name}: ${await work[name]()}`);
      } catch (error) {
        log("error", `${name} failed`, error);
        throw error;
      }
    };
    await tracing.run(`job.${name}`, { parent: {}, attributes: { "job.name": name } }, run);
  };
}
