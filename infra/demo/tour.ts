import { type MonitorName, monitorNames, monitors } from "../engines/process/monitors.ts";
import { type MonitoringOutcome, renderTroubles } from "../engines/process/outcome.ts";
import { findOnPath } from "../engines/process/path.ts";
import { scale } from "../tree-copy.ts";
import type { Narrator } from "./narrator.ts";
import { scenes } from "./scenes.ts";
import type { Stage } from "./stage.ts";

/** Whether both programs are there, and else how to get what is missing, in a line. */
export function findMonitoring(path: string): { readonly installed: boolean; readonly missing: readonly string[] } {
  const outcome = Object.fromEntries(
    monitorNames.map((name) => {
      const isThere = findOnPath(monitors[name].commands, path) !== undefined;
      return [name, isThere ? { state: "running", url: "" } : { state: "missing" }];
    }),
  ) as Record<MonitorName, MonitoringOutcome[MonitorName]>;
  const missing = renderTroubles(outcome);
  return { installed: missing.length === 0, missing };
}

/**
 * Plays the scenes one after the other.
 * @throws FalseLine for the first line that was not true.
 */
export async function playTour(options: {
  readonly stage: Stage;
  readonly narrator: Narrator;
  readonly alerts: boolean;
  readonly short: boolean;
}): Promise<void> {
  const { stage, narrator, alerts, short } = options;
  const played = scenes.filter((scene) => !short || scene.short);
  for (const [n, scene] of played.entries()) {
    narrator.chapter(`${n + 1}. ${scene.title}`);
    await scene.play({ stage, narrator, timeScale: alerts ? scale : undefined });
  }
}
