import { existsSync } from "node:fs";
import type { Beside } from "../infra/engines/process/beside.ts";
import packageJson from "../package.json" with { type: "json" };
import { limits } from "./catalogue/limits.ts";
import { type Config, ConfigError, readConfig } from "./config.ts";
import { errorMessage } from "./error-message.ts";
import { type Service, startService } from "./service.ts";

/** Exit codes, as `sysexits.h` has them: the settings are wrong, something that is needed cannot be had, or we erred. */
const exitConfig = 78;
const exitUnavailable = 69;
const exitSoftware = 70;

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Tells a person at a terminal what there is. */
function introduce(service: Service): void {
  const { apiKey, webhookSecret } = service.made;
  say(`\nGözcü is ready in ${process.uptime().toFixed(1)} s (role all)`);
  say(`  API       ${service.url}`);
  if (service.metricsUrl !== undefined) say(`  metrics   ${service.url}/metrics and ${service.metricsUrl}`);
  say(`  database  ${service.database}`);
  if (service.demo)
    say("  ComfyUI   the demo renderer, which draws patterns and no pictures; set COMFYUI_URL for a real one");
  if (apiKey !== undefined) say(`  API key   ${apiKey} (shown this once; kept in the data folder, file api-key)`);
  if (webhookSecret) say("  webhooks  are signed with the secret in the data folder, file webhook-secret");
}

/** The same where one role of several runs: what it writes is collected as JSON lines, and kept, so no key is in it. */
function logStart({ log, url, made }: Service, role: string): void {
  log("info", `Gözcü ${packageJson.version} is ready in ${process.uptime().toFixed(1)} s (role ${role}) at ${url}`);
  if (made.apiKey !== undefined) log("info", "an API key was made: it is in the data folder, file api-key");
}

/** Prometheus and Alertmanager beside the service, unless this is a worker or does not want them. */
async function startMonitoring(service: Service, config: Config, signal: AbortSignal): Promise<Beside | undefined> {
  if (!config.START_MONITORING || config.ROLE === "worker") return undefined;
  // Loaded only when wanted: in a container they are services of their own, and its image does without this.
  const { startBeside } = await import("../infra/engines/process/beside.ts");
  return startBeside({ service, config, role: config.ROLE, signal });
}

/** The service lives without its monitoring too: what failed is only told. */
async function describeMonitoring(starting: Promise<Beside | undefined>): Promise<readonly string[]> {
  try {
    return (await starting)?.lines ?? [];
  } catch (error) {
    return [`off: ${errorMessage(error)}`];
  }
}

async function main(): Promise<void> {
  if (existsSync(".env")) process.loadEnvFile();
  const config = readConfig(process.env);
  const starting = startService(config);
  const stopping = new AbortController();
  const monitoring = starting.then((service) => startMonitoring(service, config, stopping.signal));
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
  const attended = config.ROLE === "all";
  if (attended) introduce(service);
  else logStart(service, config.ROLE);
  const lines = await describeMonitoring(monitoring);
  if (asked > 0) return;
  for (const line of lines) {
    if (attended) say(`  alerts    ${line}`);
    else service.log("info", `alerts: ${line}`);
  }
  if (attended) say("");
}

main().catch((error: unknown) => {
  const known = error instanceof ConfigError;
  process.stderr.write(`gozcu: ${errorMessage(error)}\n`);
  process.exit(known ? exitConfig : exitUnavailable);
});
