import { type Config, readCommandEnvironment } from "../../../app/config.ts";
import type { Service } from "../../../app/service.ts";
import { renderAudience } from "../../channels.ts";
import { createMonitorTopology } from "./monitor-topology.ts";
import { startMonitoring } from "./monitoring.ts";
import { renderOutcome } from "./outcome.ts";

/** What runs beside the service. */
export interface Beside {
  /** What became of it, for people. */
  readonly lines: readonly string[];
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
  readonly signal: AbortSignal;
}): Promise<Beside> {
  const { service, config, role, signal } = options;
  const { outcome, close } = await startMonitoring({
    folder: config.DATA_DIR,
    env: readCommandEnvironment(),
    ports: { prometheus: config.PROMETHEUS_PORT, alertmanager: config.ALERTMANAGER_PORT },
    topology: createMonitorTopology({ config, role, service }),
    log: service.log,
    signal,
  });
  const { prometheus, alertmanager } = outcome;
  service.learnLinks({
    ...(prometheus.state === "running" && { prometheus: prometheus.url }),
    ...(alertmanager.state === "running" && { alertmanager: alertmanager.url }),
  });
  const audience = alertmanager.state === "running" ? [renderAudience(config)] : [];
  return { lines: [...renderOutcome(outcome), ...audience], close };
}
