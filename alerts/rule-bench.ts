import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { test } from "@jest/globals";
import { parse, stringify } from "yaml";
import { links } from "../app/catalogue/links.ts";
import { findProgram } from "../infra/e2e/programs.ts";
import { renderRuleFiles } from "./rule-files.ts";
import { renderRuleTests } from "./rule-tests.ts";

const promtool = findProgram("promtool");
/** Skipped by name where promtool is not installed. */
export const testWithPromtool = promtool === undefined ? test.skip : test;

const ruleFiles = renderRuleFiles(links);
export const ruleTests = renderRuleTests(links);
export const testNames = Object.keys(ruleTests);

/** An alerting rule as Prometheus reads it. */
export interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Writes the rules, changed or not, and the tests, for as long as `use` takes. */
async function withRules<T>(change: (rule: Rule) => Rule | undefined, use: (root: string) => Promise<T>): Promise<T> {
  const root = await mkdtemp(join(tmpdir(), "gozcu-rules-"));
  await mkdir(join(root, "tests"), { recursive: true });
  const { groups } = parse(ruleFiles["alerting-rules.yml"]) as { groups: { rules: Rule[] }[] };
  const changed = groups.map((group) => ({ ...group, rules: group.rules.flatMap((rule) => change(rule) ?? []) }));
  await writeFile(join(root, "recording-rules.yml"), ruleFiles["recording-rules.yml"]);
  await writeFile(join(root, "alerting-rules.yml"), stringify({ groups: changed }));
  for (const [file, text] of Object.entries(ruleTests)) await writeFile(join(root, "tests", file), text);
  try {
    return await use(root);
  } finally {
    await rm(root, { recursive: true });
  }
}

async function runPromtool(cwd: string, args: readonly string[]): Promise<{ code: number; output: string }> {
  return promisify(execFile)(promtool ?? "promtool", args, { cwd, maxBuffer: 1e8 }).then(
    ({ stdout, stderr }) => ({ code: 0, output: stdout + stderr }),
    (error: { code: number; stdout: string; stderr: string }) => ({
      code: error.code,
      output: error.stdout + error.stderr,
    }),
  );
}

/** What `promtool check rules` answers. */
export function lintRules(): Promise<{ readonly code: number; readonly output: string }> {
  return withRules(
    (rule) => rule,
    (root) => runPromtool(root, ["check", "rules", "--lint=all", ...Object.keys(ruleFiles)]),
  );
}

/** The test files, sorted, that do not succeed with rules that are changed so; two at a time. */
export function failingTests(
  files: readonly string[],
  change: (rule: Rule) => Rule | undefined = (rule) => rule,
): Promise<readonly string[]> {
  return withRules(change, async (root) => {
    const failing: string[] = [];
    const waiting = [...files];
    const work = async () => {
      for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
        const { code, output } = await runPromtool(join(root, "tests"), ["test", "rules", file]);
        if (code === 0) continue;
        // A file that cannot be read fails too, and proves nothing.
        if (!output.includes("exp:[")) throw new Error(`promtool could not run ${file}: ${output}`);
        failing.push(file);
      }
    };
    await Promise.all([work(), work()]);
    return failing.sort();
  });
}
