import type { AlertDesk } from "../api/ports.ts";
import type { AlertBoard } from "./alert-board.ts";
import type { RemediationStarter } from "./remediation.ts";

/** Keeps what Alertmanager reports, and starts the remediation where one is configured. */
export function createAlertDesk(options: {
  readonly board: AlertBoard;
  readonly remediation?: RemediationStarter;
  readonly remediations: AlertDesk["remediations"];
}): AlertDesk {
  const { board, remediation, remediations } = options;
  return {
    report(alerts) {
      board.report(alerts);
      remediation?.consider(alerts);
    },
    firing: board.firing,
    watchdog: board.watchdog,
    remediations,
  };
}
