import { existsSync } from "node:fs";
import type { Beside } from "../infra/engines/process/beside.ts";
import { limits } from "./catalogue/limits.ts";
import { type Config, readConfig } from "./config.ts";
import { prepareDemoLife } from "./demo-life/demo-life.ts";
import { errorMessage } from "./error-message.ts";
import { keepAllocationYoung } from "./heap.ts";
import { type Service, startService } from "./service.ts";
import { type Command, readCommand, usage } from "./start/command.ts";
import { exitCodes, Obstacle } from "./start/obstacle.ts";
import { type Besides, createLogReception, createTerminalReception, type Reception } from "./start/reception.ts";

/** A terminal has somebody before it only where one process does all. */
function receive(config: Config, { json }: Command): Reception {
  const attended = config.ROLE === "all" && process.stdout.isTTY === true && !json;
  return attended ? createTerminalReception(config, process.stdout) : createLogReception(config);
}

/** Prometheus and Alertmanager beside the service, unless this is a worker or does not want them. */
async function startMonitoring(
  service: Service,
  config: Config,
  tell: (title: string) => void,
  signal: AbortSignal,
): Promise<Beside | undefined> {
  if (!config.START_MONITORING || config.ROLE === "worker") return undefined;
  // Loaded only when wanted: in a container they are services of their own, and its image does without this.
  const { startBeside } = await import("../infra/engines/process/beside.ts");
  return startBeside({ service, config, role: config.ROLE, tell, signal });
}

/** The service lives without its monitoring too: what failed is only told. */
async function describeMonitoring(starting: Promise<Beside | undefined>): Promise<Besides> {
  try {
    return (await starting) ?? { lines: [], rows: [], notes: [] };
  } catch (error) {
    const off = [`off: ${errorMessage(error)}`];
    return { lines: off, rows: [], notes: off };
  }
}

async function main(): Promise<void> {
  keepAllocationYoung();
  const command = readCommand(process.argv.slice(2));
  if (command.help) {
    process.stdout.write(usage);
    return;
  }
  if (existsSync(".env")) process.loadEnvFile();
  const config = readConfig(process.env, command);
  const reception = receive(config, command);
  const demoLife = command.demo ? await prepareDemoLife(config) : undefined;
  const starting = startService(config, {
    steps: reception.steps,
    logTo: reception.logTo,
    ownReceiver: demoLife?.receiver,
  });
  const stopping = new AbortController();
  const monitoring = starting.then((service) => {
    reception.ready(service);
    return startMonitoring(service, config, reception.doing, stopping.signal);
  });
  monitoring.catch(() => {
    // Told in the introduction.
  });

  /** Both at once: the service may wait for a job in hand, and an alert of its silence would be a false one. */
  async function close(graceMs: number): Promise<void> {
    stopping.abort();
    reception.end();
    await demoLife?.end();
    // Asked during the start, it waits for the end of that: half a start would leave its Postgres running.
    const service = await starting;
    const closeMonitoring = monitoring.then(
      (started) => started?.close(),
      () => {},
    );
    await Promise.all([service.close(graceMs), closeMonitoring]);
    await demoLife?.close();
  }

  // A terminal or a pipe that is gone must not keep us from stopping what we started.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
  let asked = 0;
  async function stop(): Promise<void> {
    asked += 1;
    if (asked > 2) return;
    if (asked === 1) reception.stopping();
    // The second time the jobs in hand go back to the queue at once.
    const graceMs = asked === 1 ? limits.shutdownGraceMs : 0;
    await close(graceMs);
    process.exit(0);
  }
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    // A start that fails is told below.
    process.on(signal, () => void stop().catch(() => {}));
  }
  process.on("uncaughtException", (error) => {
    process.stderr.write(`gozcu: ${error.stack}\n`);
    // What we started is not to outlive us, whatever happened.
    void close(0).finally(() => process.exit(exitCodes.software));
  });
  try {
    const service = await starting;
    if (asked > 0) return;
    const besides = await describeMonitoring(monitoring);
    if (asked > 0) return;
    await reception.complete(service, besides);
    demoLife?.begin(service);
  } catch (error) {
    await close(0).catch(() => {});
    throw error;
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`gozcu: ${errorMessage(error)}\n`);
  process.exit(error instanceof Obstacle ? error.exitCode : exitCodes.unavailable);
});
