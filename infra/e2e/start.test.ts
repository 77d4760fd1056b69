import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { access, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { promisify, stripVTControlCharacters } from "node:util";
import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import pg from "pg";
import { z } from "zod";
import { startEmbeddedPostgres } from "../../app/adapters/postgres/embedded.ts";
import packageJson from "../../package.json" with { type: "json" };
import { startDemoProcess } from "./demo-process.ts";
import { eventually } from "./eventually.ts";
import { findAlertmanager, findFreePort, findProgram, makeFolder, startPostgres } from "./programs.ts";
import { openPseudoTerminal, type PseudoTerminal, readLines, terminalProgram } from "./pseudo-terminal.ts";
import { apiKey, startServiceProcess } from "./service-process.ts";

const main = fileURLToPath(new URL("../../app/main.ts", import.meta.url));
const onTerminal = terminalProgram === undefined ? test.skip : test;
const withMonitoring =
  terminalProgram === undefined || findProgram("prometheus") === undefined || findAlertmanager() === undefined
    ? test.skip
    : test;

/** Some start several services, one after the other. */
const limitMs = 180_000;

type Settings = Readonly<Record<string, string>>;

jest.setTimeout(limitMs);

describe("npm start", () => {
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  const closers: (() => Promise<unknown>)[] = [];
  beforeEach(async () => {
    folder = await makeFolder();
  });
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
    await folder.close();
  });

  const quiet = { START_MONITORING: "false", OTEL_EXPORTER_PROMETHEUS_PORT: "0" };
  const environment = (settings: Settings) => ({
    PATH: process.env.PATH,
    NODE_ENV: "production",
    ...quiet,
    ...settings,
  });

  function startOnTerminal(args: readonly string[], settings: Settings = {}): PseudoTerminal {
    const terminal = openPseudoTerminal({
      program: process.execPath,
      args: [main, "--port", "0", ...args],
      cwd: folder.path,
      env: environment(settings),
    });
    closers.push(() => {
      terminal.type("\u0003");
      return terminal.ended;
    });
    return terminal;
  }
  const isIntroduced = (terminal: PseudoTerminal) =>
    eventually(() => expect(terminal.output()).toContain("Ctrl-C finishes the jobs in hand"), 60_000);
  const plainLines = (terminal: PseudoTerminal) => readLines(stripControls(terminal.output()));
  /** Colours only: what erases a line stays. */
  const stripControls = (output: string) =>
    output
      .split("\u001b[K")
      .map((part) => stripVTControlCharacters(part))
      .join("\u001b[K");

  /** For a start that fails. */
  async function refuse(args: readonly string[], settings: Settings = {}) {
    const child = spawn(process.execPath, [main, ...args], {
      cwd: folder.path,
      env: environment(settings),
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [said, [code]] = await Promise.all([text(child.stderr), once(child, "exit"), text(child.stdout)]);
    return { said, code };
  }

  onTerminal("on a terminal tells what it is at, then a table, the key this once, and what to do next", async () => {
    const terminal = startOnTerminal([], { NO_COLOR: "1" });
    await isIntroduced(terminal);
    expect(terminal.output()).toContain("starting Postgres …");
    const lines = plainLines(terminal);
    expect(lines.filter((line) => line.startsWith("starting "))).toEqual([]);
    for (const colour of ["\u001b[1m", "\u001b[2m", "\u001b[32m"]) expect(terminal.output()).not.toContain(colour);

    const { version } = packageJson;
    const row = (pattern: string) => expect.stringMatching(new RegExp(`^  ${pattern.replaceAll(" ", "  +")}$`));
    const beginning = lines.findIndex((line) => line.startsWith("  service"));
    const url = /http:\S+/.exec(lines[beginning + 1] ?? "")?.[0] ?? "";
    const time = String.raw`(\d+\sms|\d+\.\d\ss)`;
    expect(lines.slice(beginning, beginning + 7)).toEqual([
      row("service address version state time"),
      row(`API ${url} ${version} up ${time}`),
      row(`status.page ${url}/ ${version} up –`),
      row(String.raw`Postgres 127\.0\.0\.1:\d+ \d+\.\d+ up ${time}`),
      row(String.raw`queue in.Postgres \d+\.\d+ up ${time}`),
      row(String.raw`demo.renderer http://127\.0\.0\.1:\d+ ${version} up ${time}`),
      row(`metrics http://127\\.0\\.0\\.1:\\d+/metrics ${version} up –`),
    ]);
    const key = (await readFile(join(folder.path, ".gozcu", "api-key"), "utf8")).trim();
    expect(lines).toContain(`  API key  ${key}  (shown this once; kept in .gozcu/api-key)`);

    const [command = ""] = lines.flatMap((line) => /^ {2}submit +(.*)$/.exec(line)?.[1] ?? []);
    const { stdout } = await promisify(execFile)("sh", ["-c", command], { cwd: folder.path });
    const { id } = z.object({ id: z.uuid(), status: z.literal("pending") }).parse(JSON.parse(stdout));
    await eventually(async () => {
      const job = await fetch(`${url}/api/jobs/${id}`, { headers: { "X-API-Key": key } });
      expect(await job.json()).toMatchObject({ status: "completed" });
    });

    terminal.type("\u0003");
    expect(await terminal.ended).toBe(0);
    expect(terminal.output()).toContain("finishing what is in hand; Ctrl-C again");

    const second = startOnTerminal([], { NO_COLOR: "1" });
    await isIntroduced(second);
    expect(second.output()).not.toContain(key);
  });

  withMonitoring("has Prometheus and Alertmanager in its table, and colours where nobody minds them", async () => {
    const ports = { PROMETHEUS_PORT: "0", ALERTMANAGER_PORT: "0" };
    const terminal = startOnTerminal([], { START_MONITORING: "true", ...ports });
    await isIntroduced(terminal);
    expect(terminal.output()).toMatch(/starting Prometheus … \(the API answers at http:\S+\)/);
    for (const title of ["Prometheus", "Alertmanager"]) {
      const [url = ""] = plainLines(terminal).flatMap(
        (line) => new RegExp(`^  ${title} +(http:\\S+) +\\d+\\.\\d+\\.\\d+ +up +`).exec(line)?.[1] ?? [],
      );
      expect((await fetch(`${url}/-/ready`)).status).toBe(200);
    }
    expect(terminal.output()).toContain("\u001b[32mup");
  });

  onTerminal("says in a line how to get what is missing, and shows its log to people", async () => {
    // The embedded Postgres may need programs of the PATH.
    const database = await startPostgres();
    closers.push(database.close);
    const settings = { START_MONITORING: "true", PATH: folder.path, DATABASE_URL: database.url };
    const terminal = startOnTerminal([], settings);
    await isIntroduced(terminal);
    const said = plainLines(terminal).join("\n");
    expect(said).toMatch(/^ {2}Prometheus +– +– +missing +–$/m);
    expect(said).toMatch(/^ {2}· off: Prometheus and Alertmanager are not on the PATH .*apt-get install/m);
    await eventually(() =>
      expect(plainLines(terminal).join("\n")).toMatch(/^\d\d:\d\d:\d\d info {2}turn_rotation: .* trace [0-9a-f]{32}$/m),
    );
    expect(said).not.toContain('"level"');
    expect(said).not.toContain(new URL(database.url).password);
  });

  test.each([
    ["in a pipe", false],
    ["with --json on a terminal", true],
  ])("writes JSON lines %s, and no key", async (_where, isTerminal) => {
    if (isTerminal && terminalProgram === undefined) return;
    let output: () => string;
    if (isTerminal) ({ output } = startOnTerminal(["--json"]));
    else {
      const child = spawn(process.execPath, [main, "--port", "0"], {
        cwd: folder.path,
        env: environment({}),
        stdio: ["ignore", "pipe", "inherit"],
      });
      let said = "";
      child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
        said += chunk;
      });
      output = () => said;
      closers.push(async () => {
        child.kill("SIGTERM");
        await once(child, "exit");
      });
    }
    await eventually(() => expect(output()).toContain("an API key was made"), 60_000);
    const messages = output()
      .split("\n")
      .filter((line) => line.trim() !== "")
      .map(
        (line) => z.object({ level: z.string(), time: z.iso.datetime(), msg: z.string() }).parse(JSON.parse(line)).msg,
      );
    expect(messages).toContainEqual(expect.stringMatching(/^Gözcü \S+ is ready in \d+\.\d s \(role all\) at http:/));
    expect(output()).not.toContain((await readFile(join(folder.path, ".gozcu", "api-key"), "utf8")).trim());
  });

  test("--log-level silences it, and --port and --data say where it is", async () => {
    const port = await findFreePort();
    const child = spawn(
      process.execPath,
      [main, "--log-level", "warn", "--port", String(port), "--data", "elsewhere"],
      {
        cwd: folder.path,
        env: environment({}),
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    const said = text(child.stdout);
    await eventually(async () => expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200), 60_000);
    child.kill("SIGTERM");
    expect(await said).toBe("");
    expect(await readdir(folder.path)).toEqual(["elsewhere"]);
  });

  test("--demo fills the page with life, which comes to its end with the service", async () => {
    const service = await startServiceProcess(
      { DATA_DIR: folder.path, WEBHOOK_ALLOW_PRIVATE: "false" },
      { flags: ["--demo"] },
    );
    closers.push(service.close);
    await eventually(async () => {
      const telemetry: unknown = await (await service.get("/api/telemetry")).json();
      expect(telemetry).toMatchObject({
        jobs: { byStatus: { completed: expect.any(Number) }, performance: { successRateRatio: 1 } },
        webhooks: { successRateRatio: 1 },
        sources: [{ source: "demo-kiosk" }, { source: "demo-site" }],
      });
    }, 40_000);
    // Ours alone may be called: the guard stands for everybody else.
    const elsewhere = await service.post("/api/jobs", {
      type: "image",
      prompt: "x",
      webhookUrl: "http://127.0.0.1:1/",
    });
    expect(elsewhere.status).toBe(422);
    expect(await service.stop()).toBe(0);
  });

  test("--demo with a COMFYUI_URL that is no demo renderer starts nothing", async () => {
    expect(await refuse(["--demo", "--port", "0"], { COMFYUI_URL: "http://127.0.0.1:1" })).toEqual({
      said: expect.stringMatching(/^gozcu: --demo makes jobs up .* leave --demo out\n$/),
      code: 64,
    });
    expect(await readdir(folder.path)).toEqual([]);
    const renderer = await startDemoProcess({ stepMs: 1 });
    closers.push(renderer.close);
    const service = await startServiceProcess({ COMFYUI_URL: renderer.url }, { flags: ["--demo"] });
    expect(await service.stop()).toBe(0);
    await service.close();
  });

  test("--help tells the flags, and starts nothing", async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [main, "--help"], { cwd: folder.path });
    expect(stdout).toMatch(/^Usage: npm start \[-- \[--port N\]/);
    expect(await readdir(folder.path)).toEqual([]);
  });

  test("tells all that is wrong with flags and settings at once", async () => {
    const { said, code } = await refuse(["--prot", "--port", "x"], { ROLE: "boss" });
    expect(said.split("\n")).toEqual([
      "gozcu: the settings do not fit:",
      expect.stringMatching(/^ {2}- --prot is not known: there are --port N, --data FOLDER/),
      expect.stringMatching(/^ {2}- --port must be a port number/),
      expect.stringMatching(/^ {2}- ROLE must be/),
      "",
    ]);
    expect(code).toBe(64);
  });

  test("says who has the port, before it makes anything, and where a second start on a folder finds the first", async () => {
    const running = await startServiceProcess({ DATA_DIR: join(folder.path, "one") });
    closers.push(running.close);
    const { port } = new URL(running.url);
    const samePort = await refuse(["--port", port, "--data", join(folder.path, "two")]);
    expect(samePort).toEqual({
      said:
        `gozcu: port ${port} on 127.0.0.1 is taken by another gozcu (${packageJson.version}), which answers at ` +
        `${running.url}: choose another port with --port or PORT (0 takes a free one)\n`,
      code: 69,
    });
    await expect(access(join(folder.path, "two", "postgres"))).rejects.toMatchObject({ code: "ENOENT" });

    const sameFolder = await refuse(["--port", port, "--data", join(folder.path, "one")]);
    expect(sameFolder.said).toMatch(
      new RegExp(
        `^gozcu: another gozcu \\(process ${running.pid()}, at ${running.url}\\) runs on \\S+/one: stop it, or choose`,
      ),
    );
    expect(sameFolder.code).toBe(69);
    expect((await running.get("/readyz")).status).toBe(200);
  });

  test("does not touch a database of another Postgres, nor one that a newer gozcu has changed", async () => {
    const [old, newer] = [join(folder.path, "old"), join(folder.path, "newer")];
    await mkdir(join(old, "postgres"), { recursive: true });
    await writeFile(join(old, "postgres", "PG_VERSION"), "15\n");
    const ofOld = await refuse(["--port", "0", "--data", old]);
    expect(ofOld).toEqual({
      said: expect.stringMatching(/^gozcu: \S+\/postgres was made by Postgres 15, and this gozcu brings Postgres \d+/),
      code: 65,
    });

    const first = await startServiceProcess({ DATA_DIR: newer });
    await first.close();
    const postgres = await startEmbeddedPostgres({ folder: newer });
    const client = new pg.Client({ connectionString: postgres.url });
    await client.connect();
    await client.query("insert into migrations (name, run_on) values ('9999_tomorrow', now())");
    await client.end();
    await postgres.close();
    const ofNewer = await refuse(["--port", "0", "--data", newer]);
    expect(ofNewer).toEqual({
      said: expect.stringMatching(
        /^gozcu: a newer gozcu has changed the database \(9999_tomorrow\): start that version/,
      ),
      code: 65,
    });
    await expect(access(join(newer, "postgres", "postmaster.pid"))).rejects.toMatchObject({ code: "ENOENT" });
  });

  test("says what to do about a folder that cannot be had", async () => {
    await writeFile(join(folder.path, "file"), apiKey);
    expect(await refuse(["--port", "0", "--data", "file"])).toEqual({
      said: expect.stringMatching(/^gozcu: file cannot be the data folder: it is a file; mend that, or choose another/),
      code: 73,
    });
  });
});
