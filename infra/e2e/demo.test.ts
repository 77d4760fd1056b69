import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { alertsNamed } from "../../app/catalogue/alerts.ts";
import packageJson from "../../package.json" with { type: "json" };
import { eventually } from "./eventually.ts";
import { findAlertmanager, findProgram, makeFolder } from "./programs.ts";

const demo = fileURLToPath(new URL("../demo.ts", import.meta.url));
const installed = findProgram("prometheus") !== undefined && findAlertmanager() !== undefined;
const withPrograms = installed ? test : test.skip;
const limitMs = 300_000;

/** Answers everything with 200, as one that is ready does, and reports nothing to anybody. */
const muteAlertmanager = `#!${process.execPath}
const { createServer } = require("node:http");
if (process.argv.includes("--version")) console.log("alertmanager, version 0.25.0 (branch: HEAD)");
else {
  const [, port] = /--web\\.listen-address=\\S*?:(\\d+)/.exec(process.argv.join(" ")) ?? [];
  createServer((_, response) => response.end("{}")).listen(Number(port), "127.0.0.1");
  process.on("SIGTERM", () => process.exit(0));
}
`;

test("the README's command is the program that is tested here", async () => {
  const readme = await readFile(new URL("../../README.md", import.meta.url), "utf8");
  expect(readme).toContain("\nnpm run demo\n");
  expect(packageJson.scripts.demo).toBe("node infra/demo.ts");
});

describe("npm run demo", () => {
  let room: Awaited<ReturnType<typeof makeFolder>>;
  /** Everything that it writes goes there, and all its processes name it. */
  let temporary: string;
  /** Comes first on its PATH. */
  let bin: string;
  beforeEach(async () => {
    room = await makeFolder();
    [temporary, bin] = [join(room.path, "temporary"), join(room.path, "bin")];
    for (const folder of [temporary, bin]) await mkdir(folder);
  });
  afterEach(() => room.close());

  function start(args: readonly string[], path = process.env.PATH) {
    const child = spawn(process.execPath, [demo, ...args], {
      cwd: room.path,
      env: { PATH: path, TMPDIR: temporary },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (chunk: string) => {
        said += chunk;
      });
    }
    const ended = once(child, "close").then(([code]) => code as number | null);
    return { child, ended, said: () => said };
  }

  /** Of every process that runs: what it was called with, and its environment. */
  async function findLeftOver(): Promise<readonly string[]> {
    if (process.platform !== "linux") return [];
    const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
    const texts = await Promise.all(
      pids.map(async (pid) => {
        const read = (file: string) => readFile(`/proc/${pid}/${file}`, "utf8").catch(() => "");
        return `${pid} ${await read("cmdline")} ${await read("environ")}`;
      }),
    );
    return texts.filter((text) => text.includes(temporary));
  }
  async function expectNothingLeft(): Promise<void> {
    // A killed process is there until somebody has collected it.
    await eventually(async () => expect(await findLeftOver()).toEqual([]));
    expect(await readdir(temporary)).toEqual([]);
    expect((await readdir(room.path)).toSorted()).toEqual(["bin", "temporary"]);
  }

  /** What it said of the things that it was to see, without when. */
  const linesOf = (said: string) => [...said.matchAll(/^ {2}\d+:\d\d ([✓✗] .*)$/gm)].map(([, line = ""]) => line);
  const urlOf = (said: string) => /the page is at (http:\S+)\//.exec(said)?.[1] ?? "";
  function isOpen(url: string): Promise<boolean> {
    const { port, hostname } = new URL(url);
    const socket = connect(Number(port), hostname);
    return new Promise<boolean>((resolve) => {
      socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    }).finally(() => socket.destroy());
  }

  const ofJobs = [
    "✓ GET /api/health is healthy: database, queue, comfyui, webhook are up",
    "✓ 6 jobs are accepted, each in Postgres before its 202",
    "✓ the worker renders them: 6 of 6 are completed",
    expect.stringMatching(/^✓ the first picture is there: \d+ kB$/),
    "✓ their webhooks have arrived, and the Standard Webhooks library takes the signatures",
    expect.stringMatching(/^✓ GET \/api\/telemetry counts them: success rate 100%, \d+\S* each, webhooks 100%$/),
  ];
  const ofFault = [
    expect.stringMatching(/^✓ the status page is calm: ".* · Gözcü"$/),
    '✓ the status page says so: "Degraded · Gözcü"',
    expect.stringMatching(/^✓ the status page is calm again: ".* · Gözcü"$/),
    expect.stringMatching(/^✓ GET \/api\/health is degraded: ComfyUI is unreachable/),
    "✓ jobs are accepted nevertheless, and wait",
    "✓ ComfyUI is back",
    "✓ the jobs that waited are completed: none is lost",
  ];
  const ofAlerts = [
    "✓ the Watchdog has come all the way from Prometheus by Alertmanager: alerting is alive",
    expect.stringMatching(
      /^✓ GET \/api\/alerts: ComfyuiDown fires: .*\d\.\d s after the fault \(in production people know within 2 min\)$/,
    ),
    "✓ ComfyuiDown is resolved",
  ];

  withPrograms(
    "--short shows jobs, a fault, its alert and the end of both; each line is true, and nothing is left",
    async () => {
      expect(alertsNamed("ComfyuiDown")[0]?.budgetSeconds).toBe(120);
      const { ended, said } = start(["--short"]);
      expect({ code: await ended, said: said() }).toEqual({ code: 0, said: expect.stringContaining("each was true") });
      const lines = linesOf(said());
      expect(lines).toEqual(expect.arrayContaining([...ofJobs, ...ofFault, ...ofAlerts]));
      expect(lines.filter((line) => line.startsWith("✗"))).toEqual([]);
      expect(said()).toContain(`\n${lines.length} lines were said, and each was true.\n`);
      expect(said()).toContain("goes 10 times faster here than in production");
      // It is kept, where it is no terminal's.
      expect(said()).not.toContain("gz_");
      await expectNothingLeft();
    },
    limitMs,
  );

  withPrograms(
    "with an Alertmanager that never reports, says so and ends with 1",
    async () => {
      await writeFile(join(bin, "alertmanager"), muteAlertmanager);
      await chmod(join(bin, "alertmanager"), 0o755);
      const { ended, said } = start(["--short"], `${bin}:${process.env.PATH}`);
      expect({ code: await ended, said: said() }).toEqual({ code: 1, said: expect.stringContaining("was not true") });
      expect(linesOf(said())).toEqual([
        ofJobs[0],
        "✗ the Watchdog has come all the way from Prometheus by Alertmanager: alerting is alive: was not true within 60 s (GET /api/alerts has not heard it)",
      ]);
      await expectNothingLeft();
    },
    limitMs,
  );

  test(
    "without Prometheus and Alertmanager says in a line what it leaves out, and shows the rest; --keep stays until Ctrl-C",
    async () => {
      // As root the embedded Postgres is started by it.
      const setpriv = findProgram("setpriv");
      if (setpriv !== undefined) await symlink(setpriv, join(bin, "setpriv"));
      const { child, ended, said } = start(["--short", "--keep"], bin);
      await Promise.race([ended, eventually(() => expect(said()).toContain("until Ctrl-C"), 200_000)]);
      expect(await isOpen(urlOf(said()))).toBe(true);
      child.kill("SIGINT");
      expect({ code: await ended, said: said() }).toEqual({ code: 0, said: expect.stringContaining("each was true") });
      expect(said()).toMatch(
        /^ {2}left out are the alerts, which are off: Prometheus and Alertmanager are not on the PATH .*apt-get install/m,
      );
      expect(said()).not.toContain("times faster");
      const lines = linesOf(said());
      expect(lines).toEqual(expect.arrayContaining([...ofJobs, ...ofFault]));
      expect(lines.filter((line) => /Watchdog|ComfyuiDown/.test(line))).toEqual([]);
      await expectNothingLeft();
    },
    limitMs,
  );

  test(
    "Ctrl-C in the middle stops and removes everything",
    async () => {
      const { child, ended, said } = start(["--short"]);
      await eventually(() => expect(linesOf(said()).length).toBeGreaterThan(0), 120_000);
      expect(await isOpen(urlOf(said()))).toBe(true);
      child.kill("SIGINT");
      expect(await ended).toBe(130);
      expect(linesOf(said()).filter((line) => line.startsWith("✗"))).toEqual([]);
      expect(await isOpen(urlOf(said()))).toBe(false);
      await expectNothingLeft();
    },
    limitMs,
  );

  test(
    "Ctrl-C during the start does so too",
    async () => {
      const { child, ended } = start([]);
      await eventually(async () => expect((await readdir(temporary)).length).toBeGreaterThan(0));
      child.kill("SIGINT");
      expect(await ended).toBe(130);
      await expectNothingLeft();
    },
    limitMs,
  );

  test("says what is wrong with its command, and its flags", async () => {
    for (const [args, wrong] of [
      [["--shrt"], /^demo: .*'--shrt'.*\(see --help\)\n$/s],
      [
        ["--port", "70000"],
        /^demo: --port must be a port number, 0 \(any free port\) to 65535 \(is "70000"\) \(see --help\)\n$/,
      ],
    ] as const) {
      const { ended, said } = start(args);
      expect(await ended).toBe(2);
      expect(said()).toMatch(wrong);
    }
    const { ended, said } = start(["--help"]);
    expect(await ended).toBe(0);
    expect(said()).toMatch(/^Usage: npm run demo .*--short .*--keep .*--port N/s);
    await expectNothingLeft();
  });
});
