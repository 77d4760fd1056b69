import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "@jest/globals";

/** A slip in one file of the catalogue, and the file where the compiler must complain; in what reads that file it may too. */
const mistakes = [
  {
    mistake: "a quantile's threshold that is no bucket boundary",
    file: "thresholds.ts",
    edit: [
      '"webrtc_connection_time", quantile: 0.95, above: 300',
      '"webrtc_connection_time", quantile: 0.95, above: 299',
    ],
    complaint: "thresholds.ts",
  },
  {
    mistake: "a boundary of another histogram",
    file: "thresholds.ts",
    edit: ["quantile: 0.95, above: 1,", "quantile: 0.95, above: 300,"],
    complaint: "thresholds.ts",
  },
  {
    mistake: "a threshold on an unknown metric",
    file: "thresholds.ts",
    edit: ['"dashboard_jobs_pending", above: 50', '"dashboard_jobs_waiting", above: 50'],
    complaint: "thresholds.ts",
  },
  {
    mistake: "a plain threshold on a histogram",
    file: "thresholds.ts",
    edit: ['"dashboard_jobs_pending", above: 100', '"queue_wait_time", above: 100'],
    complaint: "thresholds.ts",
  },
  {
    mistake: "a bucket taken away from under a threshold",
    file: "metrics.ts",
    edit: ["200, 300, 500, 1_000, 2_500, 5_000, 10_000]", "200, 500, 1_000, 2_500, 5_000, 10_000]"],
    complaint: "thresholds.ts",
  },
  {
    mistake: "a response time that is no bucket boundary",
    file: "endpoints.ts",
    edit: ["budgetSeconds: 0.1,", "budgetSeconds: 0.15,"],
    complaint: "endpoints.ts",
  },
  {
    mistake: "a processing objective that is no bucket boundary",
    file: "job-types.ts",
    edit: ["processingObjectiveMs: 120_000", "processingObjectiveMs: 90_000"],
    complaint: "job-types.ts",
  },
  {
    mistake: "a job type without its row",
    file: "names.ts",
    edit: ['["image"]', '["image", "video"]'],
    complaint: "job-types.ts",
  },
  {
    mistake: "a service without its row",
    file: "names.ts",
    edit: ['"comfyui", "webhook"]', '"comfyui", "webhook", "cache"]'],
    complaint: "services.ts",
  },
  {
    mistake: "a schedule without its row",
    file: "names.ts",
    edit: ['"session_cleanup", "retention"]', '"session_cleanup", "retention", "backup"]'],
    complaint: "schedules.ts",
  },
  {
    mistake: "a row for a schedule that nobody named",
    file: "names.ts",
    edit: ['"turn_rotation", ', ""],
    complaint: "schedules.ts",
  },
  {
    mistake: "a mean of a gauge",
    file: "thresholds.ts",
    edit: ['"queue_wait_time", mean: true', '"dashboard_jobs_pending", mean: true'],
    complaint: "thresholds.ts",
  },
  {
    mistake: "an objective beyond a bound that is no bucket",
    file: "slos.ts",
    edit: ["slowerThan: 0.2", "slowerThan: 0.15"],
    complaint: "slos.ts",
  },
  {
    mistake: "an alert for a service that there is not",
    file: "service-alerts.ts",
    edit: ['{ service: "comfyui" }', '{ service: "renderer" }'],
    complaint: "service-alerts.ts",
  },
  {
    mistake: "an alert for a state that the metric has not",
    file: "job-alerts.ts",
    edit: ['"dashboard_queue_health", is: 1', '"dashboard_queue_health", is: 2'],
    complaint: "job-alerts.ts",
  },
  {
    mistake: "an alert by a label that the metric lacks",
    file: "stack-alerts.ts",
    edit: ['["job", "instance", "role"]', '["job", "instance", "zone"]'],
    complaint: "stack-alerts.ts",
  },
  {
    mistake: "an alert for more of an increase than Prometheus can tell",
    file: "stack-alerts.ts",
    edit: ['by: ["rule_group"], increase: true, above: 0', 'by: ["rule_group"], increase: true, above: 3'],
    complaint: "stack-alerts.ts",
  },
  {
    mistake: "an alert without a detection budget",
    file: "user-alerts.ts",
    edit: ["budgetSeconds: 2_100,", ""],
    complaint: "user-alerts.ts",
  },
  {
    mistake: "an alert of a severity that there is not",
    file: "stack-alerts.ts",
    edit: ['severity: "none"', 'severity: "page"'],
    complaint: "stack-alerts.ts",
  },
  {
    mistake: "an alert on a panel that there is not",
    file: "user-alerts.ts",
    edit: ['panel: "webrtcConnection"', 'panel: "webrtc"'],
    complaint: "user-alerts.ts",
  },
  {
    mistake: "a cause that is no alert",
    file: "job-alerts.ts",
    edit: ['symptomOf: ["WebhookDown", "DatabaseDown"]', 'symptomOf: ["WebhookDown", "PostgresDown"]'],
    complaint: "alerts.ts",
  },
  {
    mistake: "an alert of an objective that there is not",
    file: "slo-alerts.ts",
    edit: ['slo: "latency"', 'slo: "speed"'],
    complaint: "slo-alerts.ts",
  },
] as const;

const here = fileURLToPath(new URL(".", import.meta.url));
const root = fileURLToPath(new URL("../../", import.meta.url));
const right = "right";
let folder: string;
/** What the compiler says of each copy of the catalogue, one complaint a line. */
let complaints: readonly string[];

/** One run of the compiler over a copy of the catalogue for each mistake, and one without any. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gozcu-catalogue-"));
  const copyTo = (name: string) =>
    cp(here, join(folder, name), { recursive: true, filter: (path) => !path.endsWith(".test.ts") });
  await copyTo(right);
  for (const [i, { file, edit }] of mistakes.entries()) {
    await copyTo(String(i));
    const path = join(folder, String(i), file);
    const text = await readFile(path, "utf8");
    const [before, after] = edit;
    if (text.split(before).length !== 2) throw new Error(`${file} does not hold ${before} exactly once`);
    await writeFile(path, text.replace(before, after));
  }
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  const project = { extends: join(root, "tsconfig.json"), compilerOptions: { types: [] }, include: ["."] };
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify(project));
  const compiler = join(root, "node_modules/.bin/tsc");
  const run = promisify(execFile)(compiler, ["--project", folder, "--pretty", "false"], { cwd: folder });
  const output = await run.then(
    ({ stdout }) => stdout,
    (error: { stdout: string }) => error.stdout,
  );
  complaints = output.split("\n").filter((line) => /^\S.*: error TS/.test(line));
});
afterAll(() => rm(folder, { recursive: true }));

test("the catalogue as it is compiles", () => {
  expect(complaints.filter((line) => line.startsWith(`${right}/`))).toEqual([]);
});

test.each(mistakes.map((row, i) => ({ ...row, i })))("$mistake does not compile", ({ i, complaint }) => {
  const files = complaints.filter((line) => line.startsWith(`${i}/`)).map((line) => line.split("(")[0]);
  expect(files).toContain(`${i}/${complaint}`);
});
