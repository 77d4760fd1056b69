import { type Config, readCommandEnvironment } from "../../../app/config.ts";
import type { Service } from "../../../app/service.ts";
import type { StartRow } from "../../../app/start/start-row.ts";
import { renderAudience } from "../../channels.ts";
import { createMonitorTopology } from "./monitor-topology.ts";
import { startMonitoring } from "./monitoring.ts";
import { listOutcome, renderOutcome, renderTroubles } from "./outcome.ts";

/** What runs beside the service. */
export interface Beside {
  /** What became of it, for people: all of it, where there is nothing else to tell it. */
  readonly lines: readonly string[];
  /** The same for the table of the start, and what that cannot tell. */
  readonly rows: readonly StartRow[];
  readonly notes: readonly string[];
  close(): Promise<void>;
}

/**
 * Prometheus and Alertmanager beside the service, which learns where they are.
 * @throws Error as {@link startMonitoring}.
 */
export async function startBeside(options: {
  readonly service: Service;
  readonly config: Config;
  readonly role: "api" | "all";
  /** Told what is started now. */
  readonly tell: (title: string) => void;
  readonly signal: AbortSignal;
}): Promise<Beside> {
  const { service, config, role, tell, signal } = options;
  const { outcome, close } = await startMonitoring({
    folder: config.DATA_DIR,
    env: readCommandEnvironment(),
    ports: { prometheus: config.PROMETHEUS_PORT, alertmanager: config.ALERTMANAGER_PORT },
    topology: createMonitorTopology({ config, role, service }),
    log: service.log,
    tell,
    signal,
  });
  const { prometheus, alertmanager } = outcome;
  service.learnLinks({
    ...(prometheus.state === "running" && { prometheus: prometheus.url }),
    ...(alertmanager.state === "running" && { alertmanager: alertmanager.url }),
  });
  const audience = alertmanager.state === "running" ? [renderAudience(config)] : [];
  return {
    lines: [...renderOutcome(outcome), ...audience],
    rows: listOutcome(outcome),
    notes: [...renderTroubles(outcome), ...audience],
    close,
  };
}
