import { existsSync } from "node:fs";
import { renderAudience } from "../infra/engines/process/channels.ts";
import { type Monitoring, startMonitoring } from "../infra/engines/process/monitoring.ts";
import { createMonitorFiles } from "../infra/engines/process/monitoring-files.ts";
import { renderOutcome } from "../infra/engines/process/outcome.ts";
import { limits } from "./catalogue/limits.ts";
import { type Config, ConfigError, readCommandEnvironment, readConfig } from "./config.ts";
import { errorMessage } from "./error-message.ts";
import { type Service, startService } from "./service.ts";

/** Exit codes, as `sysexits.h` has them: the settings are wrong, something that is needed cannot be had, or we erred. */
const exitConfig = 78;
const exitUnavailable = 69;
const exitSoftware = 70;

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function introduce(service: Service, role: string): void {
  const { apiKey, webhookSecret } = service.made;
  say(`\nGözcü is ready in ${(process.uptime()).toFixed(1)} s (role ${role})`);
  say(`  API       ${service.url}`);
  if (service.metricsUrl !== undefined) say(`  metrics   ${service.url}/metrics and ${service.metricsUrl}`);
  say(`  database  ${service.database}`);
  if (service.demo)
    say("  ComfyUI   the demo renderer, which draws patterns and no pictures; set COMFYUI_URL for a real one");
  if (apiKey !== undefined) say(`  API key   ${apiKey} (shown this once; kept in the data folder, file api-key)`);
  if (webhookSecret) say("  webhooks  are signed with the secret in the data folder, file webhook-secret");
}

/** Prometheus and Alertmanager beside the service, unless this is a worker or does not want them. */
async function startBeside(service: Service, config: Config, signal: AbortSignal): Promise<Monitoring | undefined> {
  if (!config.START_MONITORING || config.ROLE === "worker") return undefined;
  const monitoring = await startMonitoring({
    folder: config.DATA_DIR,
    env: readCommandEnvironment(),
    ports: { prometheus: config.PROMETHEUS_PORT, alertmanager: config.ALERTMANAGER_PORT },
    render: createMonitorFiles(config, service),
    log: service.log,
    signal,
  });
  const { prometheus, alertmanager } = monitoring.outcome;
  service.learnLinks({
    ...(prometheus.state === "running" && { prometheus: prometheus.url }),
    ...(alertmanager.state === "running" && { alertmanager: alertmanager.url }),
  });
  return monitoring;
}

/** The service lives without its monitoring too: what failed is only told. */
async function describeMonitoring(
  starting: Promise<Monitoring | undefined>,
  config: Config,
): Promise<readonly string[]> {
  try {
    const monitoring = await starting;
    if (monitoring === undefined) return [];
    const tells = monitoring.outcome.alertmanager.state === "running" ? [renderAudience(config)] : [];
    return [...renderOutcome(monitoring.outcome), ...tells];
  } catch (error) {
    return [`off: ${errorMessage(error)}`];
  }
}

async function main(): Promise<void> {
  if (existsSync(".env")) process.loadEnvFile();
  const config = readConfig(process.env);
  const starting = startService(config);
  const stopping = new AbortController();
  const monitoring = starting.then((service) => startBeside(service, config, stopping.signal));
  monitoring.catch(() => {
    // Told in the introduction.
  });

  /** Both at once: the service may wait for a job in hand, and an alert of its silence would be a false one. */
  async function close(graceMs: number): Promise<void> {
    stopping.abort();
    // Asked during the start, it waits for the end of that: half a start would leave its Postgres running.
    const service = await starting;
    const closeMonitoring = monitoring.then(
      (started) => started?.close(),
      () => {},
    );
    await Promise.all([service.close(graceMs), closeMonitoring]);
  }

  // A terminal or a pipe that is gone must not keep us from stopping what we started.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
  let asked = 0;
  async function stop(): Promise<void> {
    asked += 1;
    if (asked > 2) return;
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
    void close(0).finally(() => process.exit(exitSoftware));
  });
  const service = await starting;
  if (asked > 0) return;
  introduce(service, config.ROLE);
  const lines = await describeMonitoring(monitoring, config);
  if (asked > 0) return;
  for (const line of lines) say(`  alerts    ${line}`);
  say("");
}

main().catch((error: unknown) => {
  const known = error instanceof ConfigError;
  process.stderr.write(`gozcu: ${errorMessage(error)}\n`);
  process.exit(known ? exitConfig : exitUnavailable);
});
