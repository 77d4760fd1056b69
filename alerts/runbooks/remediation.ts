import type { AlertName } from "../../app/catalogue/alerts.ts";
import { limits } from "../../app/catalogue/limits.ts";
import { alertsCommand, comfyuiCommand, gpuCommand, sqlCommand } from "./commands.ts";
import type { Runbook } from "./runbook.ts";
import { sayTime } from "./words.ts";

const lastAttempts = sqlCommand(
  "the last attempts: how often ComfyUI goes down, and at which time of the day",
  "select started_at, ended_at - started_at as took, outcome, reason, right(output, 200) as output from remediations order by started_at desc limit 20",
);

const often = `${limits.remediationsPerWindow} in ${sayTime(limits.remediationWindowSeconds)}`;

export const remediationRunbooks = {
  RemediationRan: {
    meaning:
      "`ComfyuiDown` fired, and the command in `REMEDIATION_COMFYUI_COMMAND` ran and ended with exit code 0. Whether ComfyUI " +
      "is well again is told by the end of that alert.",
    impact: "None by itself. Pictures that were being rendered are rendered again.",
    diagnosis: [alertsCommand, lastAttempts, comfyuiCommand],
    mitigation: [
      "Once in a while: nothing is to be done.",
      `Again and again: find the reason in ComfyUI's log before the restarts are used up (${often}). Out of memory, a custom node, and an update of the driver are the usual ones.`,
    ],
    valueEmptyWhenHealthy: true,
  },

  RemediationFailed: {
    meaning:
      "`ComfyuiDown` fired, and the command in `REMEDIATION_COMFYUI_COMMAND` ended with another exit code than 0, was killed " +
      `after ${sayTime(limits.remediationTimeoutSeconds)}, or its end was never recorded: the API died, or the database ` +
      "was away. Most likely ComfyUI is down, and the product could not help it.",
    impact: "No picture is rendered until somebody restarts ComfyUI. Jobs are accepted and wait.",
    diagnosis: [alertsCommand, lastAttempts, comfyuiCommand, gpuCommand],
    mitigation: [
      "Restart ComfyUI by hand: see [ComfyuiDown](ComfyuiDown.md).",
      "Then mend the command. `reason` and `output` of the last attempt tell what it met. It runs as the user of the API process, under `/bin/sh`, and sees only `PATH`, `HOME` and `LANG`: write paths in full, and give that user the right (for instance the group `docker`).",
      `It takes longer than ${sayTime(limits.remediationTimeoutSeconds)}: let it start the restart and not wait for its end.`,
      `While \`ComfyuiDown\` fires it is tried again ${sayTime(limits.remediationPauseSeconds)} after the last attempt began, up to ${often}; a changed command counts from the next start of the API.`,
    ],
    valueEmptyWhenHealthy: true,
  },
} as const satisfies Partial<Record<AlertName, Runbook>>;
