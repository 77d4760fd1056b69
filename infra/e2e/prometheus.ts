import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { ScrapeJob } from "../../app/catalogue/scrape.ts";
import { renderPrometheusConfig } from "../prometheus-config.ts";
import { eventually } from "./eventually.ts";
import { findFreePort, makeFolder } from "./programs.ts";

const AnswerSchema = z.object({ status: z.literal("success"), data: z.unknown() });
const VectorSchema = z.object({
  result: z.array(
    z.object({
      metric: z.record(z.string(), z.string()),
      /** A time and the value as text: `NaN` and `+Inf` are values too. */
      value: z.tuple([z.number(), z.string().transform(Number)]),
    }),
  ),
});
const SeriesSchema = z.array(z.record(z.string(), z.string()));
const MetadataSchema = z.array(z.object({ metric: z.string(), type: z.string(), help: z.string() }));

export interface Prometheus {
  readonly url: string;
  /** An instant vector: the labels and the value of each series. */
  query(expression: string): Promise<readonly { readonly labels: Readonly<Record<string, string>>; value: number }[]>;
  /** The labels of every series that matches; the name is `__name__`. */
  series(matcher: string): Promise<readonly Readonly<Record<string, string>>[]>;
  /** What the targets of a job say about their metrics. */
  metadata(job: string): Promise<z.infer<typeof MetadataSchema>>;
  close(): Promise<void>;
}

/**
 * Prometheus with a database of its own, that scrapes `/metrics` each second. `jobs` are URLs by job name, `rules` the
 * texts of rule files by name. With `alertmanager`, the URL of one, it sends its alerts there and watches that and itself.
 * `fill` puts blocks of samples into its folder before it starts.
 */
export async function startPrometheus(
  program: string,
  jobs: Readonly<Partial<Record<ScrapeJob, string>>>,
  rules: Readonly<Record<string, string>> = {},
  alertmanager?: string,
  fill: (dataFolder: string) => Promise<void> = async () => {},
): Promise<Prometheus> {
  const folder = await makeFolder();
  const dataFolder = join(folder.path, "data");
  await fill(dataFolder);
  const address = `127.0.0.1:${await findFreePort()}`;
  const all: typeof jobs =
    alertmanager === undefined ? jobs : { ...jobs, prometheus: `http://${address}`, alertmanager };
  const targets = Object.entries(all).map(([job, url]) => ({
    job: job as ScrapeJob,
    role: Object.hasOwn(jobs, job) ? ("all" as const) : ("stack" as const),
    address: new URL(url).host,
  }));
  const configFile = join(folder.path, "prometheus.yml");
  for (const [name, text] of Object.entries(rules)) await writeFile(join(folder.path, name), text);
  const options = {
    targets,
    ruleFiles: Object.keys(rules),
    intervalSeconds: 1,
    alertmanager: all.alertmanager && new URL(all.alertmanager).host,
  };
  await writeFile(configFile, renderPrometheusConfig(options));
  const data = `--storage.tsdb.path=${dataFolder}`;
  const flags = [data, `--web.listen-address=${address}`, "--web.enable-remote-write-receiver"];
  const child = spawn(program, [`--config.file=${configFile}`, ...flags], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let output = "";
  child.stderr.on("data", (chunk) => {
    output += String(chunk);
  });
  await eventually(async () => {
    if (child.exitCode !== null) throw new Error(`Prometheus ended with ${child.exitCode}:\n${output}`);
    const { status } = await fetch(`http://${address}/-/ready`);
    if (status !== 200) throw new Error(`Prometheus is not ready: ${status}`);
  });

  async function ask<T>(path: string, parameters: Record<string, string>, schema: z.ZodType<T>): Promise<T> {
    const response = await fetch(`http://${address}/api/v1/${path}?${new URLSearchParams(parameters)}`);
    return schema.parse(AnswerSchema.parse(await response.json()).data);
  }
  return {
    url: `http://${address}`,
    async query(expression) {
      const { result } = await ask("query", { query: expression }, VectorSchema);
      return result.map(({ metric, value: [, value] }) => ({ labels: metric, value }));
    },
    series: (matcher) => ask("series", { "match[]": matcher }, SeriesSchema),
    metadata: (job) => ask("targets/metadata", { match_target: `{job="${job}"}` }, MetadataSchema),
    async close() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill("SIGTERM");
        await once(child, "exit");
      }
      await folder.close();
    },
  };
}
