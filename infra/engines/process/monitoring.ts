import { join } from "node:path";
import { errorMessage } from "../../../app/error-message.ts";
import type { Log } from "../../../app/log.ts";
import type { Service } from "../../topology/service.ts";
import { orderByNeeds } from "../../topology.ts";
import { loopback } from "./addresses.ts";
import { type Monitor, openMonitor } from "./monitor.ts";
import type { FoundMonitor, MonitorTopology } from "./monitor-topology.ts";
import { type MonitorName, monitorNames, monitors } from "./monitors.ts";
import type { MonitoringOutcome, MonitorOutcome } from "./outcome.ts";
import { findOnPath } from "./path.ts";
import { type Home, planProcess } from "./plan.ts";
import { choosePorts } from "./ports.ts";

export interface Monitoring {
  readonly outcome: MonitoringOutcome;
  /** Stops all of it at once. Safe to call again. */
  close(): Promise<void>;
}

/**
 * Starts what is installed of Prometheus and Alertmanager, and waits until it is ready. That one of them is missing or
 * fails does not reject: the outcome tells it.
 * @throws Error when a program's folder cannot be had, because another gozcu uses it for instance. Nothing runs then.
 */
export async function startMonitoring(options: {
  /** The data folder: each program has a folder in it. */
  readonly folder: string;
  /** What the programs see of our environment; its PATH says where they are. */
  readonly env: Readonly<Record<string, string>>;
  /** The ports wanted; 0, or one in use, takes a free one. */
  readonly ports: Readonly<Record<MonitorName, number>>;
  readonly topology: MonitorTopology;
  readonly log: Log;
  /** Told what is started now. */
  readonly tell?: (title: string) => void;
  /** Gives the start up; what is already ready stays until `close`. */
  readonly signal: AbortSignal;
}): Promise<Monitoring> {
  const { env, log, topology, signal, tell = () => {} } = options;
  const opened: Partial<Record<MonitorName, Monitor>> = {};
  const closeAll = async () => void (await Promise.all(Object.values(opened).map((monitor) => monitor.close())));
  try {
    for (const name of monitorNames) {
      const program = findOnPath(monitors[name].commands, env.PATH ?? "");
      if (program === undefined) continue;
      opened[name] = await openMonitor({ name, program, folder: join(options.folder, name), env, log });
    }
  } catch (error) {
    await closeAll();
    throw error;
  }

  // Now, and not before: one left behind by a killed gozcu had its port until it was stopped.
  const ports = await choosePorts(options.ports);
  const homes: { [Name in MonitorName]?: Home } = {};
  const found: { [Name in MonitorName]?: FoundMonitor } = {};
  for (const name of monitorNames) {
    const [monitor, port] = [opened[name], ports[name]];
    if (monitor === undefined) continue;
    homes[name] = { ...monitor.home, port };
    found[name] = { url: `http://${loopback}:${port}`, version: monitor.version };
  }

  async function start(name: MonitorName, service: Service): Promise<MonitorOutcome> {
    const [monitor, url] = [opened[name], found[name]?.url];
    if (monitor === undefined || url === undefined) return { state: "missing" };
    const [wanted, port] = [options.ports[name], ports[name]];
    const startedAt = performance.now();
    tell(monitors[name].title);
    try {
      const plan = planProcess(service, { homes, running: topology.running });
      await monitor.start({ plan, url, secrets: topology.secrets, signal });
      const refused = wanted !== 0 && wanted !== port;
      return {
        state: "running",
        url,
        version: monitor.version,
        tookMs: performance.now() - startedAt,
        ...(refused && { refusedPort: wanted }),
      };
    } catch (error) {
      return { state: "failed", reason: errorMessage(error) };
    }
  }
  const outcome: Record<MonitorName, MonitorOutcome> = {
    prometheus: { state: "missing" },
    alertmanager: { state: "missing" },
  };
  // What fails holds up nobody: what needs it goes without.
  for (const service of orderByNeeds(topology.define(found))) {
    const name = monitorNames.find((each) => each === service.name);
    if (name !== undefined) outcome[name] = await start(name, service);
  }

  let closed: Promise<void> | undefined;
  return {
    outcome,
    close() {
      closed ??= closeAll();
      return closed;
    },
  };
}
