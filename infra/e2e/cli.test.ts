import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { alertContracts } from "../../app/api/alert-contract.ts";
import { jobContracts } from "../../app/api/job-contract.ts";
import packageJson from "../../package.json" with { type: "json" };
import { copyTree } from "../tree-copy.ts";
import { bin, type Cli, createCli, root } from "./cli-process.ts";
import { type DemoProcess, startDemoProcess } from "./demo-process.ts";
import { eventually } from "./eventually.ts";
import { createKeep } from "./keep.ts";
import { findFreePort, findProgram, makeFolder } from "./programs.ts";
import { apiKey, type ServiceProcess, startServiceProcess, webhookSecret } from "./service-process.ts";
import { startWebhookReceiver } from "./webhook-receiver.ts";

const alertsToken = "an-alerts-token-for-tests";
const workflowFile = join(root, "infra/e2e/workflows/text-to-image.json");
const shell = (text: string) => `'${text.replaceAll("'", String.raw`'\''`)}'`;
const commandLine = [process.execPath, bin].map(shell).join(" ");
const run = promisify(execFile);
/** For what starts a dozen processes or more, on a machine that has others to run. */
const longMs = 180_000;
const uuid = /^[0-9a-f-]{36}$/;
const absent = "01936f7e-7c3a-7d11-8f00-5b7c3f1d2a90";

describe("npx gozcu", () => {
  const keep = createKeep();
  let demo: DemoProcess;
  let service: ServiceProcess;
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  let cli: Cli;
  /** Of a checkout that knows no key: neither of a service nor of a stack that was deployed from it. */
  let keyless: Cli;

  beforeAll(async () => {
    demo = keep(await startDemoProcess({ stepMs: 20 }));
    service = keep(
      await startServiceProcess({ COMFYUI_URL: demo.url, ALERTS_TOKEN: alertsToken, WORKER_CONCURRENCY: "2" }),
    );
    folder = keep(await makeFolder());
    await writeFile(join(folder.path, "api-key"), `${apiKey}\n`, { mode: 0o600 });
    const { port } = new URL(service.url);
    cli = createCli({ PORT: port, DATA_DIR: folder.path });
    keyless = createCli({ PORT: port, DATA_DIR: join(folder.path, "absent") }, keep(await copyTree()).path);
  });

  async function submit(...args: readonly string[]): Promise<string> {
    const { code, out } = await cli.run("submit", ...args);
    expect(code).toBe(0);
    const id = out.trim();
    expect(id).toMatch(uuid);
    return id;
  }

  /** A job that goes on until the demo renderer is quick again. */
  async function submitSlow(): Promise<string> {
    await demo.setFaults({ slowMs: 2_000 });
    return submit("--prompt", "a slow lighthouse");
  }

  async function reportAlerts(...names: readonly string[]): Promise<void> {
    const alerts = names.map((alertname) => ({
      status: "firing",
      labels: { alertname, severity: "critical" },
      annotations: {
        summary: "ComfyUI is \u001B[31mdown",
        description: "It has not answered for 2m",
        runbook_url: `${service.url}/runbooks/${alertname}`,
      },
      startsAt: new Date(Date.now() - 120_000).toISOString(),
      fingerprint: alertname,
    }));
    const headers = { Authorization: `Bearer ${alertsToken}` };
    expect((await service.post("/api/alerts", { version: "4", alerts }, headers)).status).toBe(202);
  }

  describe("status", () => {
    test("tells of services, jobs and alerts", async () => {
      await eventually(async () => {
        const { code, out, err } = await cli.run("status");
        expect({ code, err }).toEqual({ code: 0, err: "" });
        expect(out).toContain(`${service.url} is healthy\n`);
        expect(out).toMatch(/✓ {2}database {2}up {2}for \S/);
        expect(out).toMatch(/^jobs {6}\d+ pending, .* ever$/m);
        expect(out).toMatch(/^queue {5}healthy, \d+ waiting/m);
        expect(out).toMatch(
          /^alerts {4}nothing fires\n {10}alerting is NOT alive: its Watchdog was never heard here$/m,
        );
      });
    });

    test("is one document for machines", async () => {
      const { code, out } = await cli.run("status", "--json");
      expect(code).toBe(0);
      expect(JSON.parse(out)).toMatchObject({
        url: service.url,
        health: { status: "healthy" },
        telemetry: { queue: { health: "healthy" } },
        alerts: { watchdog: { alive: false } },
      });
    });

    test("tells what everybody may know where there is no key, and no more", async () => {
      const { code, out, err } = await keyless.run("status", "--url", service.url);
      expect({ code, out }).toMatchObject({
        code: 0,
        out: expect.stringMatching(/^jobs {6}\d+ pending, \d+ completed;/m),
      });
      expect(out).not.toContain("alerts");
      expect(err).toContain("with an API key (--api-key-file, or API_KEY)");
    });
  });

  describe("submit", () => {
    test("prints the id of the job alone, and beside it how to go on", async () => {
      const { code, out, err } = await cli.run("submit", workflowFile);
      expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(/^[0-9a-f-]{36}\n$/) });
      expect(err).toBe(`npx gozcu job ${out.trim()} --wait waits for it\n`);
    });

    test("waits for the pictures and saves them", async () => {
      const pictures = join(folder.path, "new", "pictures");
      const { code, out, err } = await cli.run("submit", workflowFile, "--out", pictures);
      expect({ code, err }).toEqual({
        code: 0,
        err: expect.stringMatching(/^job \S+ accepted\n(pending\n)?(processing\n)?job \S+ completed in \S+.*\n$/),
      });
      const [name = "", ...more] = await readdir(pictures);
      expect(more).toEqual([]);
      expect(out).toBe(`${join(pictures, name)}\n`);
      expect(name).toMatch(/^[0-9a-f-]{36}-0\.png$/);
      expect((await readFile(out.trim())).subarray(1, 4).toString()).toBe("PNG");
    });

    test("takes a workflow from the standard input, from any folder, and tells machines what came of it", async () => {
      const input = await readFile(workflowFile, "utf8");
      const { code, out } = await cli.runWith({ input, cwd: folder.path }, "submit", "-", "--json", "--out", "here");
      expect(code).toBe(0);
      const { saved, ...job } = JSON.parse(out) as { readonly saved: readonly string[] };
      expect(jobContracts.jobRead.answers[200].schema.parse(job).status).toBe("completed");
      expect(saved).toEqual([expect.stringMatching(/^here\/.*-0\.png$/)]);
    });

    test("with the same idempotency key is the same job", async () => {
      const args = ["--prompt", "twice", "--idempotency-key", "the-same"];
      expect(await submit(...args)).toBe(await submit(...args));
    });

    test("has a webhook told the outcome", async () => {
      const receiver = keep(await startWebhookReceiver(webhookSecret));
      const id = await submit("--prompt", "x", "--webhook", receiver.url);
      await eventually(() => expect(receiver.received().map(({ event }) => event.data.id)).toContain(id));
    });

    test("ends with 1 and tells why when the job fails", async () => {
      const broken = join(folder.path, "broken.json");
      await writeFile(broken, JSON.stringify({ "1": { class_type: "NoSuchNode", inputs: {} } }));
      const { code, out, err } = await cli.run("submit", broken, "--wait");
      expect({ code, out }).toEqual({ code: 1, out: "" });
      expect(err).toMatch(/^job \S+ failed.*: \S+: .*NoSuchNode/m);
    });

    test("goes on with the job when the waiting is interrupted, and says how to look at it", async () => {
      await demo.setFaults({ slowMs: 2_000 });
      const waiting = cli.start(["submit", "--prompt", "a slow lighthouse", "--wait"]);
      await eventually(() => expect(waiting.written().err).toContain("processing"));
      waiting.interrupt();
      const { code, out, err } = await waiting.ended;
      expect({ code, out }).toEqual({ code: 130, out: "" });
      const [, id = ""] =
        /the job goes on: npx gozcu job (\S+) --wait waits again, npx gozcu cancel \S+ ends it/.exec(err) ?? [];
      expect(id).toMatch(uuid);
      await demo.setFaults({ slowMs: 0 });
      expect(await cli.run("job", id, "--wait")).toMatchObject({
        code: 0,
        out: `${service.url}/api/jobs/${id}/images/0\n`,
      });
    });

    test(
      "waits on through a restart of the service",
      async () => {
        await demo.setFaults({ slowMs: 500 });
        const waiting = cli.start(["submit", "--prompt", "a patient lighthouse", "--wait"]);
        await eventually(() => expect(waiting.written().err).toContain("processing"));
        await service.kill();
        await eventually(() =>
          expect(waiting.written().err).toMatch(/connection (refused|closed).*the job is not lost/),
        );
        await demo.setFaults({ slowMs: 0 });
        await service.restart();
        expect(await waiting.ended).toMatchObject({ code: 0, err: expect.stringMatching(/completed in .*\n$/) });
      },
      longMs,
    );

    test.each([
      [
        "what is not JSON",
        '{"1": {},}',
        65,
        /mine\.json is not JSON: line 1, column 10: expected a name in "…", found "}"/,
      ],
      ["a workflow of the editor", '{"nodes": [], "links": []}', 65, /Export \(API\)/],
      [
        "a workflow with a number that would change",
        '{"1": {"class_type": "A", "inputs": {"seed": 12345678901234567890}}}',
        65,
        /1\.inputs\.seed is an integer beyond/,
      ],
    ])("refuses %s", async (_, text, exit, reason) => {
      const file = join(folder.path, "mine.json");
      await writeFile(file, text);
      const { code, out, err } = await cli.run("submit", file);
      expect({ code, out, err }).toEqual({ code: exit, out: "", err: expect.stringMatching(reason) });
    });

    test.each([
      [[], 2, /one of two is needed/],
      [["x.json", "--prompt", "y"], 2, /one of two is needed/],
      [["absent.json"], 66, /absent\.json cannot be read: ENOENT/],
      [["--prompt", "x", "--webhook", "example.com"], 2, /--webhook: must be an http or https URL/],
      [["--prompt", ""], 2, /--prompt: /],
      [["--prompt", "x", "--webhook", "http://0.0.0.0.invalid/"], 1, /refused: .*webhookUrl/],
    ])("refuses %j", async (args, exit, reason) => {
      expect(await cli.run("submit", ...args)).toEqual({ code: exit, out: "", err: expect.stringMatching(reason) });
    });

    test("says where a picture cannot be saved", async () => {
      const { code, err } = await cli.run("submit", "--prompt", "x", "--out", join(folder.path, "api-key", "below"));
      expect({ code, err }).toEqual({
        code: 73,
        err: expect.stringMatching(/the picture cannot be saved as .*ENOTDIR/),
      });
    });
  });

  describe("jobs", () => {
    test(
      "are listed newest first, for people and for machines",
      async () => {
        const id = await submit("--prompt", "the newest");
        const { code, out } = await cli.run("jobs", "--limit", "2");
        expect(code).toBe(0);
        const [head, first] = out.split("\n");
        expect(head).toMatch(/^JOB +STATUS +ACCEPTED +WAITED +TOOK +RESULT$/);
        expect(first).toMatch(new RegExp(`^${id}  `));
        const listed = await cli.run("jobs", "--limit", "2", "--json");
        const { jobs } = jobContracts.jobList.answers[200].schema.parse(JSON.parse(listed.out));
        expect(jobs.map((job) => job.id)[0]).toBe(id);
        expect(jobs).toHaveLength(2);
      },
      longMs,
    );

    test("can be those in one state, with why they failed", async () => {
      const { out, err } = await cli.run("jobs", "--status", "failed");
      expect(out).toMatch(/failed .*NoSuchNode/);
      expect(out).not.toContain("completed");
      expect(err).toBe("");
    });

    test(
      "are counted over several pages",
      async () => {
        for (let i = 0; i < 3; i += 1) await submit("--prompt", `one of many, ${i}`);
        const { out, err } = await cli.run("jobs", "--limit", "3");
        expect(out.trim().split("\n")).toHaveLength(4);
        expect(err).toBe("there are more: --limit 15\n");
      },
      longMs,
    );

    test("are watched until Ctrl-C, a line for each change", async () => {
      const watching = cli.start(["jobs", "--watch", "--json", "--limit", "5"]);
      const id = await submit("--prompt", "watched");
      expect(await cli.run("job", id, "--wait")).toMatchObject({ code: 0 });
      await eventually(() => expect(watching.written().out).toMatch(new RegExp(`"${id}".*"completed"`)));
      watching.interrupt();
      const { code, out } = await watching.ended;
      expect(code).toBe(130);
      const schema = jobContracts.jobRead.answers[200].schema;
      const changes = out
        .trim()
        .split("\n")
        .map((line) => schema.parse(JSON.parse(line)));
      expect(changes.filter((job) => job.id === id).at(-1)).toMatchObject({ status: "completed" });
    });

    test("do not mind a reader who has read enough", async () => {
      const env = { PATH: process.env.PATH, PORT: new URL(service.url).port, DATA_DIR: folder.path };
      const { stdout, stderr } = await run(
        "bash",
        ["--norc", "-c", `set -o pipefail; ${commandLine} jobs --json | head -n 1`],
        {
          env,
        },
      );
      expect({ stdout, stderr }).toEqual({ stdout: "{\n", stderr: "" });
    });
  });

  describe("job and cancel", () => {
    test(
      "tell everything about one job, and cancel it",
      async () => {
        const id = await submitSlow();
        await eventually(async () => {
          expect(await cli.run("job", id)).toMatchObject({
            code: 0,
            out: expect.stringMatching(/^ {2}status {4}processing \d+ %$/m),
          });
        });
        expect(await cli.run("cancel", id)).toEqual({ code: 0, out: `job ${id} cancelled\n`, err: "" });
        await demo.setFaults({ slowMs: 0 });
        expect(await cli.run("job", id)).toMatchObject({
          code: 1,
          out: expect.stringMatching(/^ {2}status {4}cancelled$/m),
        });
        expect(await cli.run("cancel", id)).toEqual({
          code: 1,
          out: "",
          err: "gozcu: refused: The job is cancelled, which is final\n",
        });
        const { code, out } = await cli.run("job", id, "--json");
        expect({ code, status: JSON.parse(out).status }).toEqual({ code: 1, status: "cancelled" });
      },
      longMs,
    );

    test("say when there is no such job, or that is no id", async () => {
      expect(await cli.run("job", absent)).toMatchObject({
        code: 1,
        err: `gozcu: refused: There is no job ${absent}\n`,
      });
      expect(await cli.run("cancel", "7")).toMatchObject({
        code: 2,
        err: expect.stringContaining("npx gozcu jobs lists them"),
      });
    });
  });

  describe("alerts", () => {
    test(
      "tell what fires and fail scripts when they are asked to",
      async () => {
        expect(await cli.run("alerts")).toMatchObject({
          code: 0,
          out: expect.stringMatching(/^nothing fires\nalerting is NOT alive/),
        });
        expect(await cli.run("alerts", "--fail")).toMatchObject({ code: 1 });
        await reportAlerts("Watchdog");
        expect(await cli.run("alerts", "--fail")).toMatchObject({
          code: 0,
          out: expect.stringMatching(/^nothing fires\nalerting is alive: its Watchdog was heard/),
        });
        await reportAlerts("ComfyuiDown");
        const { code, out } = await cli.run("alerts", "--fail");
        expect(code).toBe(1);
        expect(out).toMatch(/^critical {2}ComfyuiDown {2}for 2m/);
        expect(out).toContain(
          `\n  ComfyUI is \uFFFD[31mdown\n  It has not answered for 2m\n  runbook    ${service.url}/runbooks/ComfyuiDown\n`,
        );
        const { alerts } = alertContracts.alertList.answers[200].schema.parse(
          JSON.parse((await cli.run("alerts", "--json")).out),
        );
        expect(alerts).toMatchObject([{ name: "ComfyuiDown", severity: "critical" }]);
        expect((await cli.run("status")).out).toContain("alerts    ComfyuiDown (npx gozcu alerts)");
      },
      longMs,
    );
  });

  describe("the key", () => {
    test("can be the one of a file or of the environment", async () => {
      const without = { DATA_DIR: join(folder.path, "absent") };
      expect(await cli.runWith({ env: { ...without, API_KEY: apiKey } }, "jobs")).toMatchObject({ code: 0 });
      expect(
        await cli.runWith({ env: { ...without, API_KEYS: `${apiKey},an-older-key-0123456` } }, "jobs"),
      ).toMatchObject({ code: 0 });
      const file = join(folder.path, "api-key");
      expect(await cli.runWith({ env: without }, "jobs", "--api-key-file", file)).toMatchObject({ code: 0 });
    });

    test(
      "that is missing or refused ends with 77 and how to name another, and is not shown",
      async () => {
        expect(await keyless.run("jobs")).toEqual({
          code: 77,
          out: "",
          err: expect.stringMatching(/there is no API key for http.*--api-key-file/),
        });
        for (const command of [["jobs"], ["status"], ["alerts"], ["submit", "--prompt", "x"]]) {
          const { code, err } = await cli.runWith({ env: { API_KEY: "a-key-that-is-wrong" } }, ...command);
          expect({ command, code, err }).toEqual({
            command,
            code: 77,
            err: expect.stringMatching(/API_KEY is not known at http/),
          });
          expect(err).not.toContain("a-key-that-is-wrong");
        }
      },
      longMs,
    );

    test("of this service is not sent to another host", async () => {
      expect(await cli.run("jobs", "--url", "http://elsewhere.invalid")).toMatchObject({
        code: 77,
        err: expect.stringContaining("there is no API key for http://elsewhere.invalid"),
      });
    });
  });

  test(
    "says which address was tried where nobody answers",
    async () => {
      const url = `http://127.0.0.1:${await findFreePort()}`;
      for (const command of [["status"], ["jobs"], ["alerts", "--json"], ["submit", "--prompt", "x", "--wait"]])
        expect(await cli.run(...command, "--url", url)).toEqual({
          code: 69,
          out: "",
          err: `gozcu: no Gözcü answers at ${url} (connection refused): start one with npm start, or name another address with --url\n`,
        });
      expect(await cli.run("status", "--url", demo.url)).toMatchObject({
        code: 69,
        err: expect.stringContaining("is no Gözcü"),
      });
    },
    longMs,
  );

  test("says which settings do not fit", async () => {
    const { code, err } = await cli.runWith({ env: { PORT: "http" } }, "status");
    expect({ code, err }).toEqual({ code: 78, err: expect.stringContaining("PORT must be a port number") });
  });

  test("explains itself, and ends with 2 for what is wrong", async () => {
    expect(await cli.run("--help")).toMatchObject({
      code: 0,
      err: "",
      out: expect.stringContaining("npx gozcu submit [file]"),
    });
    expect(await cli.run("--version")).toEqual({ code: 0, out: `${packageJson.version}\n`, err: "" });
    expect(await cli.run("stauts")).toEqual({
      code: 2,
      out: "",
      err: "gozcu: there is no stauts here: did you mean status? (see --help)\n",
    });
  });

  test(
    "hands over to the other programs, with their help and exit codes, from any folder",
    async () => {
      for (const name of ["silence", "doctor", "backup", "restore", "k6"]) {
        const help = await cli.runWith({ cwd: folder.path }, name, "--help");
        expect({ name, ...help }).toEqual({
          name,
          code: 0,
          err: "",
          out: expect.stringContaining(`Usage: npx gozcu ${name}`),
        });
        const wrong = await cli.run(name, "--unheard-of");
        expect({ name, ...wrong }).toMatchObject({ name, code: 2, out: "", err: expect.stringMatching(`^${name}: `) });
      }
      const nowhere = `http://127.0.0.1:${await findFreePort()}`;
      expect(await cli.run("silence", "--list", "--url", nowhere)).toMatchObject({ code: 69 });
      await mkdir(join(folder.path, "alertmanager"), { recursive: true });
      await writeFile(join(folder.path, "alertmanager", "url"), nowhere);
      expect(await cli.runWith({ cwd: folder.path }, "silence", "--list")).toMatchObject({
        code: 69,
        err: expect.stringContaining(`Alertmanager ${nowhere}\n`),
      });
    },
    longMs,
  );

  test(
    "is found by npx in the checkout and below it",
    async () => {
      const env = { PATH: process.env.PATH, HOME: folder.path, npm_config_update_notifier: "false" };
      for (const cwd of [root, join(root, "infra/e2e")]) {
        const { stdout } = await run("npx", ["--yes=false", "gozcu", "--version"], { cwd, env });
        expect(stdout).toBe(`${packageJson.version}\n`);
      }
      for (const name of ["status", "jobs", "submit", "alerts"] as const)
        expect(packageJson.scripts[name]).toBe(`gozcu ${name}`);
    },
    longMs,
  );

  test(
    "does what the README shows",
    async () => {
      const readme = await readFile(join(root, "README.md"), "utf8");
      const [, block = ""] = /<!-- run by infra\/e2e\/cli\.test\.ts -->\n```sh\n([\s\S]*?)```/.exec(readme) ?? [];
      expect(block).toContain("npx gozcu status");
      const script = block
        .replaceAll("npx gozcu", commandLine)
        .replace("--out pictures", `--out ${shell(join(folder.path, "readme"))}`);
      const env = { PATH: process.env.PATH, PORT: new URL(service.url).port, DATA_DIR: folder.path };
      const { stdout } = await run("bash", ["--norc", "-euo", "pipefail", "-c", script], { cwd: root, env });
      expect(stdout).toMatch(/is healthy[\s\S]*-0\.png\n[\s\S]*JOB +STATUS[\s\S]*"id"/);
      expect(await readdir(join(folder.path, "readme"))).toHaveLength(1);
    },
    longMs,
  );

  const withScript = findProgram("script") === undefined ? test.skip : test;

  withScript(
    "is in colours on a terminal, with a progress bar that leaves no trace",
    async () => {
      const status = await cli.inTerminal(`${commandLine} status`);
      expect(status).toMatch(/is ESC\[32mhealthyESC\[0m/);
      expect(await cli.inTerminal(`${commandLine} status --no-color`)).not.toContain("ESC[3");
      expect(await cli.inTerminal(`NO_COLOR=1 ${commandLine} status`)).not.toContain("ESC[3");
      await demo.setFaults({ slowMs: 100 });
      const waiting = await cli.inTerminal(`${commandLine} submit --prompt x --wait`);
      await demo.setFaults({ slowMs: 0 });
      expect(waiting).toMatch(/\rESC\[KESC\[36m█*[▏▎▍▌▋▊▉]?░+ESC\[0m +\d+ % {2}\S*\ds\S*\rESC\[K/);
      expect(waiting).toMatch(/\rESC\[Kjob \S+ ESC\[32mcompletedESC\[0m in \S+\r\n/);
    },
    longMs,
  );

  test(
    "completes in a real bash, and is a command there in every folder",
    async () => {
      const script = `
      source <(${commandLine} completion bash)
      ask() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _gozcu_completions; echo "\${COMPREPLY[*]}"; }
      ask gozcu sta
      ask gozcu jobs --status fa
      ask gozcu jobs --status = fa
      ask gozcu silence --alert Comfyui
      ask gozcu job ''
      ask gozcu restore ''
      complete -p gozcu
      cd / && gozcu --version`;
      const env = { PATH: "/usr/bin:/bin", PORT: new URL(service.url).port, DATA_DIR: folder.path };
      const { stdout, stderr } = await run("bash", ["--norc", "-c", script], { env });
      const [name, status, split, alert, ids, files, complete, version] = stdout.split("\n");
      expect({ name, status, split, alert, files, version, stderr }).toEqual({
        name: "status",
        status: "failed",
        split: "failed",
        alert: "ComfyuiDown",
        files: "",
        version: packageJson.version,
        stderr: "",
      });
      expect(ids?.split(/\s+/)[0]).toMatch(uuid);
      expect(complete).toBe("complete -o default -F _gozcu_completions gozcu");
    },
    longMs,
  );

  withScript("completes what is typed in an interactive bash", async () => {
    const shown = await cli.inTerminal(
      "bash --norc -i",
      `source <(${commandLine} completion bash)\ngozcu comp\tzs\t | head -n 1\nexit\n`,
    );
    expect(shown).toContain("# gozcu: completions for zsh");
  });

  const zsh = findProgram("zsh");

  (zsh === undefined ? test.skip : test)("completes what is typed in a real zsh", async () => {
    const script = `
      zmodload zsh/zpty
      zpty -b shell "TERM=dumb zsh -f -i"
      zpty -w shell ${shell(`source <(${commandLine} completion zsh); PS1=; echo re""ady`)}
      zpty -r shell output $'*ready*'
      zpty -w -n shell $'gozcu comp\\tba\\t | head -n 1\\n'
      zpty -r -m shell output $'*completions for bash*' && echo "$output"`;
    const env = { PATH: "/usr/bin:/bin", HOME: folder.path, PORT: new URL(service.url).port, DATA_DIR: folder.path };
    const { stdout } = await run("zsh", ["-f", "-c", script], { env, timeout: 50_000 });
    expect(stdout).toContain("# gozcu: completions for bash");
  });

  test("ends with 1 and says what is wrong when the service is degraded", async () => {
    await demo.setFaults({ down: true });
    await eventually(async () => {
      const { code, out } = await cli.run("status");
      expect(code).toBe(1);
      expect(out).toMatch(/^http\S+ is degraded: .*comfyui/i);
      expect(out).toMatch(/✗ {2}comfyui {3}down {2}for/);
    }, 50_000);
    await demo.setFaults({ down: false });
  });
});
