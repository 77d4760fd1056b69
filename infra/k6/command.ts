import { links } from "../../app/catalogue/links.ts";
import { type FlowName, flowNames, loads } from "../../app/catalogue/load.ts";
import { ports } from "../../app/catalogue/ports.ts";
import type { Overrides } from "../../k6/plan.ts";
import { parseArguments, UsageError } from "./arguments.ts";
import { type ScenarioName, scenarioNames, scenarios } from "./scenarios.ts";

export const defaultRuns = ".gozcu/k6";

const remoteWrite = `http://127.0.0.1:${ports.prometheus}/api/v1/write`;

export const usage = `Usage: npx gozcu k6 <scenario> [options]
       npm run k6 -- <scenario> [options]

Puts a running service under load, and says which documented numbers held.

${scenarioNames.map((name) => `  ${name.padEnd(8)}${scenarios[name].help}`).join("\n")}

  --url           the service (${links.service})
  --api-key-file  a file that holds its key; else the environment's API_KEY, else the key in the data folder
  --duration      how long the rates hold, and those of stress rise: 30s, 5m or 1h30m
  --rate          iterations a second of one flow, like ping=500; may be repeated; not for stress
                  (${flowNames.join(", ")})
  --metrics       an OpenTelemetry port to watch, for soak; may be repeated (port ${ports.metrics} of the service)
  --out           where the folder of the run is made (${defaultRuns})
  --prometheus    also sends the results there, by remote write: ${remoteWrite}
  --json          for machines: what stands in the run's run.json; what is said meanwhile goes to standard error

k6 is taken from the PATH, else its image is run by Docker.

The exit code is 0 when all was kept, 1 when a number was broken or not measured, 2 when the command is wrong or the
service not fit for a run, and 3 when k6 itself failed.
`;

export interface Command {
  readonly scenario: ScenarioName;
  readonly url: string;
  readonly apiKeyFile: string | undefined;
  readonly overrides: Overrides;
  readonly metricsUrls: readonly string[];
  readonly out: string;
  readonly prometheus: string | undefined;
  readonly json: boolean;
}

/** What `parseArgs` takes. */
export const options = {
  url: { type: "string", default: links.service },
  "api-key-file": { type: "string" },
  duration: { type: "string" },
  rate: { type: "string", multiple: true },
  metrics: { type: "string", multiple: true },
  out: { type: "string", default: defaultRuns },
  prometheus: { type: "string" },
  json: { type: "boolean", default: false },
  help: { type: "boolean" },
} as const;

const isScenario = (name: string): name is ScenarioName => Object.hasOwn(scenarios, name);
const isFlow = (name: string): name is FlowName => (flowNames as readonly string[]).includes(name);

function readScenario(positionals: readonly string[]): ScenarioName {
  const [name = "", ...more] = positionals;
  if (more.length === 0 && isScenario(name)) return name;
  const given =
    positionals.length === 0 ? "no scenario is named" : `there is no scenario ${JSON.stringify(positionals.join(" "))}`;
  throw new UsageError(`${given}: choose one of ${scenarioNames.join(", ")} (see --help)`);
}

/** Credentials in a URL would stand in reports. */
function readUrl(option: string, text: string, example: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new UsageError(`--${option} ${JSON.stringify(text)} is no address: write it like ${example}`);
  if (url.username !== "" || url.password !== "")
    throw new UsageError(`--${option} must not carry a user name or a password`);
  return url.href.replace(/\/+$/, "");
}

function readSeconds(text: string): number {
  const { h = "0", m = "0", s = "0" } = /^(?:(?<h>\d+)h)?(?:(?<m>\d+)m)?(?:(?<s>\d+)s)?$/.exec(text)?.groups ?? {};
  const seconds = Number(h) * 3_600 + Number(m) * 60 + Number(s);
  if (seconds > 0) return seconds;
  throw new UsageError(`--duration ${JSON.stringify(text)} is no time: write it like 30s, 5m or 1h30m`);
}

function readRate(text: string): readonly [FlowName, number] {
  const [flow = "", rate = "", ...more] = text.split("=");
  const perSecond = Number(rate);
  const readable = rate.trim() !== "" && more.length === 0 && Number.isFinite(perSecond) && perSecond >= 0;
  if (isFlow(flow) && readable) return [flow, perSecond];
  throw new UsageError(
    `--rate ${JSON.stringify(text)} cannot be read: write it like ping=500; the flows are ${flowNames.join(", ")}`,
  );
}

function readOverrides(scenario: ScenarioName, duration: string | undefined, rates: readonly string[] = []): Overrides {
  if (scenario === "stress" && rates.length > 0)
    throw new UsageError("stress has steps of its own: it takes no --rate");
  const given = rates.map(readRate);
  const missing = given.find(([flow]) => scenario !== "stress" && !Object.hasOwn(loads[scenario].rates, flow));
  if (missing) throw new UsageError(`--rate ${missing.join("=")}: ${scenario} has no ${missing[0]}`);
  return { ...(duration !== undefined && { seconds: readSeconds(duration) }), rates: Object.fromEntries(given) };
}

function besideService(url: string): string {
  const address = new URL(url);
  return `http://${address.hostname}:${ports.metrics}/metrics`;
}

/**
 * Reads the command line.
 * @returns undefined when help is asked for
 * @throws UsageError saying what is wrong and what is allowed.
 */
export function readCommand(args: readonly string[]): Command | undefined {
  const { values, positionals } = parseArguments(args, options);
  if (values.help) return undefined;
  const scenario = readScenario(positionals);
  const url = readUrl("url", values.url, links.service);
  if (values.metrics !== undefined && scenario !== "soak")
    throw new UsageError(`--metrics is watched by soak only, not by ${scenario}`);
  return {
    scenario,
    url,
    apiKeyFile: values["api-key-file"],
    overrides: readOverrides(scenario, values.duration, values.rate),
    metricsUrls: values.metrics?.map((text) => readUrl("metrics", text, besideService(url))) ?? [besideService(url)],
    out: values.out,
    prometheus: values.prometheus === undefined ? undefined : readUrl("prometheus", values.prometheus, remoteWrite),
    json: values.json,
  };
}
