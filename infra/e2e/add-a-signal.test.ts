import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { posix } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { copyTree, type TreeCopy } from "../tree-copy.ts";
import { type Block, readDocuments, root } from "./documents/blocks.ts";
import { eventually } from "./eventually.ts";
import { createKeep } from "./keep.ts";
import { findProgram } from "./programs.ts";
import { startServiceProcess, webhookSecret } from "./service-process.ts";
import { work } from "./service-work.ts";
import { startWebhookReceiver } from "./webhook-receiver.ts";

const run = promisify(execFile);
const limitMs = 600_000;

const name = "app/catalogue/ADD-A-SIGNAL.md";
const page = (await readDocuments()).find((document) => document.name === name);
const lines = page?.text.split("\n") ?? [];
const blocks = page?.blocks ?? [];
const steps = blocks.filter(({ language }) => language === "diff");
const commands = blocks.filter(({ language }) => language === "sh").flatMap(({ code }) => code.trim().split("\n"));

/** The file that the last sentence before a step names, and links to. */
function fileOf({ line }: Block): string {
  const sentence = lines.slice(0, line - 1).findLast((text) => text.startsWith("In ["));
  const [, file = "", link = ""] = /^In \[`(.+)`\]\((.+)\):$/.exec(sentence ?? "") ?? [];
  expect(posix.join(posix.dirname(name), link)).toBe(file);
  return file;
}

/** What a diff finds, and what it puts there. */
function readDiff({ code }: Block): { readonly before: string; readonly after: string } {
  const rows = code.split("\n").slice(0, -1);
  const without = (sign: string) =>
    `${rows
      .filter((row) => !row.startsWith(sign))
      .map((row) => row.slice(1))
      .join("\n")}\n`;
  return { before: without("+"), after: without("-") };
}

describe("the page about adding a signal, followed step by step", () => {
  const keep = createKeep();
  let tree: TreeCopy;

  /** As in a terminal that stands in the tree. */
  const shell = (command: string) =>
    run("bash", ["--norc", "-eu", "-o", "pipefail", "-c", command], {
      cwd: tree.path,
      env: { PATH: process.env.PATH, npm_config_loglevel: "error" },
      maxBuffer: 2 ** 26,
    });

  beforeAll(async () => {
    tree = keep(
      await copyTree(["k6", "tsconfig.json", ".jestrc.json", "Dockerfile", ".dockerignore", "gozcu.example.yml"]),
    );
    for (const step of steps) {
      const { before, after } = readDiff(step);
      await tree.edit(fileOf(step), before, after);
    }
  });

  test("has its steps in files that there are, and leaves nothing for the reader to find out", () => {
    expect(steps.map(fileOf).filter((file) => !existsSync(`${root}${file}`))).toEqual([]);
    expect(steps.length).toBeGreaterThan(7);
    expect(blocks.filter(({ language }) => !["diff", "sh"].includes(language))).toEqual([]);
  });

  for (const command of commands) {
    const missing = command.startsWith("promtool ") && findProgram("promtool") === undefined;
    (missing ? test.skip : test)(command, () => shell(command), limitMs);
  }

  test("leaves every generated file current", async () => {
    await expect(shell("npm run --silent generate -- --check")).resolves.toMatchObject({ stdout: "" });
  });

  test(
    "makes the running service export the signal, and serve the runbook",
    async () => {
      const receiver = keep(await startWebhookReceiver(webhookSecret));
      const service = keep(await startServiceProcess({}, { root: tree.path }));
      await work(service, receiver);
      await eventually(async () => {
        const scraped = await (await fetch(service.metricsUrl)).text();
        expect(scraped).toContain('webhook_attempt_time_count{outcome="delivered"} 1');
      });
      const runbook = await (await service.get("/runbooks/WebhookSlow")).text();
      expect(runbook).toContain("took more than 2500 ms");
      expect(runbook).toContain("histogram_quantile(0.95");
    },
    limitMs,
  );
});
