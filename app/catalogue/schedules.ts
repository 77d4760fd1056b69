import type { ScheduleName } from "./names.ts";

interface ScheduleRow {
  readonly help: string;
  readonly everySeconds: number;
}

/** The scheduled jobs. Each run is traced as `job.<name>`. */
export const schedules = {
  turn_rotation: {
    help: "A new TURN secret; the previous one stays valid for credentials already out",
    everySeconds: 86_400,
  },
  session_cleanup: { help: "Forget the sessions that have expired", everySeconds: 300 },
  retention: { help: "Prune old jobs in batches; the rollups stay", everySeconds: 3_600 },
} as const satisfies Record<ScheduleName, ScheduleRow>;
