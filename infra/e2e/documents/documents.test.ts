import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { posix } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { z } from "zod";
import packageJson from "../../../package.json" with { type: "json" };
import { eventually } from "../eventually.ts";
import { createKeep } from "../keep.ts";
import { findAlertmanager, findFreePort, findProgram, makeFolder } from "../programs.ts";
import { apiKey } from "../service-process.ts";
import { type Block, readDocuments, root } from "./blocks.ts";
import { startProcesses } from "./processes.ts";
import { type Reader, startReader } from "./reader.ts";

const run = promisify(execFile);
const limitMs = 600_000;
const AnswerSchema = z.object({ id: z.uuid(), status: z.string() });
const documents = await readDocuments();
const blocks = documents.flatMap((document) => document.blocks);

const titled = (some: readonly Block[]) =>
  some.map((block) => [`${block.document}:${block.line} ${block.code.replace(/\n[\s\S]*/, "")}`, block] as const);
const inWorld = (world: string) =>
  titled(blocks.filter(({ marker }) => marker?.kind === "run" && marker.world === world));

describe("the documents", () => {
  test("are there, one for each room and more", () => {
    expect(documents.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        "README.md",
        ...["alerts", "app", "app/catalogue", "app/telemetry", "app/web", "dashboards", "infra", "k6"].map(
          (room) => `${room}/README.md`,
        ),
      ]),
    );
  });

  test("say of each block whether it is run, by whom, or why not", () => {
    const silent = blocks.filter(({ marker }) => marker === undefined);
    expect(silent.map(({ document, line }) => `${document}:${line}`)).toEqual([]);
  });

  test("name worlds that there are", () => {
    const worlds = blocks.flatMap(({ marker }) => (marker?.kind === "run" ? [marker.world] : []));
    expect(new Set(worlds)).toEqual(new Set(["service", "unanswered", "processes"]));
  });

  test("show as printed only what a block above it prints when it is run", () => {
    const ofRun = blocks.filter(({ printed, marker }) => printed !== undefined && marker?.kind === "run");
    const shown = blocks.filter(({ marker }) => marker?.kind === "printed").map(({ code }) => code);
    expect(shown.filter((text) => !ofRun.some(({ printed }) => printed === text))).toEqual([]);
    expect(blocks.filter((block) => block.printed !== undefined && !ofRun.includes(block))).toEqual([]);
  });

  test.each(documents)(
    "$name leaves a block to another test only where that test reads the document",
    async (document) => {
      for (const { marker } of document.blocks.filter((block) => block.marker?.kind === "run by")) {
        const path = marker?.kind === "run by" ? marker.test : "";
        expect(await readFile(`${root}${path}`, "utf8")).toContain(posix.basename(document.name));
      }
    },
  );

  test.each(documents)(
    "$name names only scripts, files, folders and headings that there are",
    async ({ name, text }) => {
      const scripts = [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, script = ""]) => script);
      expect(Object.keys(packageJson.scripts)).toEqual(expect.arrayContaining(scripts));

      const links = [...text.matchAll(/\]\((?!https?:)([^)]+)\)/g)].map(([, link = ""]) => link.split("#", 2));
      const pathOf = (path: string) => (path === "" ? name : posix.join(posix.dirname(name), path));
      expect(links.map(([path = ""]) => pathOf(path)).filter((path) => !existsSync(`${root}${path}`))).toEqual([]);
      for (const [path = "", heading] of links) {
        if (heading === undefined) continue;
        const target = await readFile(`${root}${pathOf(path)}`, "utf8");
        const headings = [...target.matchAll(/^#+ (.*)$/gm)].map(([, title = ""]) =>
          title
            .toLowerCase()
            .replaceAll(/[^\w -]/g, "")
            .replaceAll(" ", "-"),
        );
        expect(headings).toContain(heading);
      }

      // Paths that stand in a reason or in the text, as far as they name a test.
      const tests = [...text.matchAll(/(?<![\w./*-])((?:app|alerts|dashboards|infra|k6)\/[\w./-]+\.test\.ts)/g)];
      expect(tests.map(([, path = ""]) => path).filter((path) => !existsSync(`${root}${path}`))).toEqual([]);
    },
  );
});

/** What a command needs beside Node; where it is not installed its block is skipped by name. */
const needs: readonly (readonly [RegExp, () => string | undefined])[] = [
  [/npm run k6 /, () => findProgram("k6")],
  [/npm run silence/, findAlertmanager],
  [/\bpromtool /, () => findProgram("promtool")],
  [/\bamtool /, () => findProgram("amtool")],
];
const canRun = ({ code }: Block) => needs.every(([command, find]) => !command.test(code) || find() !== undefined);

/** What a reader sees, beyond that nothing fails: by a text of the block. */
const seen: Readonly<Record<string, readonly string[]>> = {
  "/images/0": ['"completed"'],
  "text-to-image.json": ['"status":"pending"'],
  "/api/health": ['"status":"healthy"', '"jobs":{', "dashboard_jobs_total", "active_spans", "[+]database ok"],
};

describe("a reader with the service at hand", () => {
  const keep = createKeep();
  test("is shown all of the first minutes", () => {
    const shown = blocks.filter(({ document, marker }) => document === "README.md" && marker?.kind === "run");
    expect(Object.keys(seen).filter((part) => !shown.some(({ code }) => code.includes(part)))).toEqual([]);
  });

  let reader: Reader;
  beforeAll(async () => {
    reader = keep(await startReader());
  }, limitMs);

  for (const [title, block] of inWorld("service")) {
    (canRun(block) ? test : test.skip)(
      title,
      async () => {
        const output = await reader.run(block);
        if (block.printed !== undefined) expect(output).toBe(block.printed);
        for (const [part, texts] of Object.entries(seen))
          if (block.code.includes(part)) for (const text of texts) expect(output).toContain(text);
      },
      limitMs,
    );
  }
});

(findProgram("k6") === undefined ? describe.skip : describe)("a reader whose service is not running", () => {
  const keep = createKeep();
  const commands = inWorld("unanswered").flatMap(([, { code }]) => code.trim().split("\n"));
  test.each(commands)("%s is understood, and told so", async (command) => {
    const secrets = keep(await makeFolder()).path;
    await writeFile(`${secrets}/api-keys`, apiKey);
    const here = command.replace(/ +#.*/, "").replace(".gozcu/stacks/gozcu/secrets", secrets);
    const elsewhere = `${here} --url http://127.0.0.1:${await findFreePort()}`;
    const env = { PATH: process.env.PATH, API_KEY: apiKey };
    await expect(run("bash", ["--norc", "-c", elsewhere], { cwd: root, env })).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining("no service answers at"),
    });
  });
});

(findProgram("redis-server") === undefined ? describe.skip : describe)("a reader with a database and a Redis", () => {
  const keep = createKeep();
  test.each(inWorld("processes"))(
    "%s: a job goes from one process to the other, and all end well",
    async (_title, block) => {
      const started = await startProcesses(block);
      if (started === undefined) throw new Error("there is no Redis");
      const { url, stop } = keep(started);
      const ask = async (path: string, body?: object) => {
        const headers = { "X-API-Key": apiKey, "Content-Type": "application/json" };
        const method = body === undefined ? "GET" : "POST";
        const response = await fetch(url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
        return AnswerSchema.parse(await response.json());
      };
      const { id } = await ask("/api/jobs", { type: "image", prompt: "a lighthouse" });
      await eventually(async () => expect(await ask(`/api/jobs/${id}`)).toMatchObject({ status: "completed" }));
      expect(await stop()).toEqual([0, 0]);
    },
    limitMs,
  );
});
