import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { ports } from "../../app/catalogue/ports.ts";
import { type BareMachine, createBareMachine, type Terminal } from "./bare-machine.ts";
import { type Block, readBlocks, root } from "./documents/blocks.ts";
import { eventually } from "./eventually.ts";
import { findFreePort, findProgram } from "./programs.ts";

const run = promisify(execFile);
const limitMs = 900_000;

/** With Postgres, that is, and without. All of them take minutes, and run elsewhere. */
const someTests = "app/config app/catalogue/catalogue app/adapters/postgres/migrate";

const machine = findProgram("git") === undefined ? undefined : await createBareMachine();
(machine === undefined ? describe.skip : describe)("a clean clone, with the README followed word for word", () => {
  const { home, environment, open, close } = machine as BareMachine;
  let clone: string;
  let blocks: readonly Block[];
  let firstMinutes: readonly Block[];
  let terminal: Terminal;
  let url: string;
  let metricsUrl: string;
  /** Where the service listens is the reader's own business: the usual ports may be in use here. */
  let env: NodeJS.ProcessEnv;

  const block = (command: string) => {
    const [found, ...others] = blocks.filter(({ code }) => code.startsWith(command));
    expect([command, found?.language, others]).toEqual([command, "sh", []]);
    return found?.code.trim() ?? "";
  };

  async function start(command: string): Promise<void> {
    const started = open(command, { cwd: clone, env });
    terminal = started;
    let code: number | null | undefined;
    void started.ended.then((ended) => {
      code = ended;
    });
    await eventually(async () => {
      if (code === undefined) expect((await fetch(`${url}/readyz`)).status).toBe(200);
    }, limitMs);
    if (code !== undefined) throw new Error(`${command} ended with ${code}:\n${started.screen()}`);
    // It tells people of itself once it is ready.
    await eventually(() => expect(started.screen()).toContain(url));
  }

  beforeAll(async () => {
    clone = join(home, "gozcu");
    await run("git", ["clone", "--quiet", "--no-hardlinks", root, clone]);
    const text = await readFile(join(clone, "README.md"), "utf8");
    blocks = readBlocks("README.md", text);
    firstMinutes = readBlocks("README.md", /^## First minutes$[\s\S]*?(?=^## )/m.exec(text)?.[0] ?? "");
    const [port, metricsPort] = [await findFreePort(), await findFreePort()];
    url = `http://127.0.0.1:${port}`;
    metricsUrl = `http://127.0.0.1:${metricsPort}/metrics`;
    env = environment({ PORT: String(port), OTEL_EXPORTER_PROMETHEUS_PORT: String(metricsPort) });
  }, limitMs);
  afterAll(async () => {
    terminal?.press("Ctrl-C");
    await terminal?.ended;
    await close();
  }, limitMs);

  test("has on its machine none of the programs that it does without", async () => {
    for (const program of ["postgres", "psql", "redis-server", "prometheus", "docker", "git", "k6"])
      await expect(run("bash", ["-c", `command -v ${program}`], { env })).rejects.toMatchObject({ code: 1 });
  });

  test(
    "starts, and shows where the API is and the key that it made",
    async () => {
      await start(block("npm ci && npm start"));
      const key = await readFile(join(clone, ".gozcu/api-key"), "utf8");
      expect(terminal.screen()).toContain(key.trim());
      expect(terminal.screen()).not.toMatch(/npm warn|npm error/i);
    },
    limitMs,
  );

  test(
    "does what the first minutes show",
    async () => {
      const outputs: string[] = [];
      for (const { code } of firstMinutes.filter(({ marker }) => marker?.kind === "run")) {
        const script = code
          .replaceAll(`http://127.0.0.1:${ports.metrics}/metrics`, metricsUrl)
          .replaceAll(`http://127.0.0.1:${ports.api}`, url)
          .replaceAll("curl -s ", "curl -s --fail-with-body ");
        outputs.push(
          (await run("bash", ["--norc", "-eu", "-o", "pipefail", "-c", script], { cwd: clone, env })).stdout,
        );
      }
      const all = outputs.join("");
      for (const part of [
        '"completed"',
        '"status":"pending"',
        '"status":"healthy"',
        "dashboard_jobs_total",
        "[+]database ok",
      ])
        expect(all).toContain(part);
      expect((await readFile(join(clone, "picture.png"))).subarray(1, 4).toString()).toBe("PNG");
    },
    limitMs,
  );

  test(
    "ends by Ctrl-C with nothing left, and the next start finds the data again",
    async () => {
      const headers = { "X-API-Key": (await readFile(join(clone, ".gozcu/api-key"), "utf8")).trim() };
      const list = async () => (await fetch(`${url}/api/jobs`, { headers })).json();
      await eventually(async () => expect(JSON.stringify(await list())).not.toMatch(/"(pending|processing)"/));
      const before = await list();
      for (const again of [true, false]) {
        terminal.press("Ctrl-C");
        await terminal.ended;
        await expect(fetch(`${url}/readyz`)).rejects.toThrow();
        expect(existsSync(join(clone, ".gozcu/postgres/postmaster.pid"))).toBe(false);
        if (!again) return;
        await start("npm start");
        expect(await list()).toEqual(before);
      }
    },
    limitMs,
  );

  test(
    "passes its tests, some of them",
    async () => {
      // What it begins with was done above.
      const command = block("npm ci && npm test").replace("npm ci && ", "");
      const tests = open(`${command} -- ${someTests}`, { cwd: clone, env: environment() });
      expect([await tests.ended, tests.screen()]).toEqual([0, expect.stringMatching(/Tests: +.*\d+ passed/)]);
    },
    limitMs,
  );

  test("is as it was: nothing that it made is taken for the project's", async () => {
    const { stdout } = await run("git", ["status", "--short"], { cwd: clone });
    expect(stdout.replace("?? picture.png\n", "")).toBe("");
  });
});
