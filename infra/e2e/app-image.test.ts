import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { z } from "zod";
import { listAppSources } from "../engines/docker/app-image.ts";
import type { Docker } from "../engines/docker/docker-cli.ts";
import { findImageBuilder } from "./docker/image-builder.ts";
import { makeNodeBase } from "./docker/node-base.ts";
import { eventually } from "./eventually.ts";
import { createJobClient, type JobClient } from "./job-client.ts";
import { createKeep } from "./keep.ts";
import { findFreePort, startPostgres } from "./programs.ts";
import { apiKey, webhookSecret } from "./service-process.ts";
import { startWebhookReceiver } from "./webhook-receiver.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const name = (what: string) => `gozcu-image-test-${process.pid}-${what}`;
const image = name("app");
const limitMs = 240_000;

/** As hard as `deploy` makes it; on the host's network, so that it finds the servers of this test. */
const hardening = [
  ...["--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"],
  ...["--user", "1000:1000", "--memory", "512m", "--pids-limit", "100", "--network", "host"],
] as const;

const LineSchema = z.looseObject({
  level: z.string(),
  time: z.iso.datetime(),
  service: z.literal("gozcu"),
  msg: z.string(),
  trace_id: z.string().optional(),
});

/** Jobs of two seconds: twenty steps of the sampler. */
const stepMs = 100;

const docker = await findImageBuilder();
const describeWithDocker = docker === undefined ? describe.skip : describe;

describeWithDocker("the app image (needs Docker and debootstrap)", () => {
  const { ask } = docker as Docker;
  const keep = createKeep();
  const containers = ["comfyui", "api", "worker"].map(name);
  const [comfyui = "", api = "", worker = ""] = containers;
  let base: string;
  let client: JobClient;

  /** What Docker knows of a container or an image. */
  const inspect = async (what: string, format: string) => (await ask("inspect", "--format", format, what)).trim();
  /** What a script writes inside a container. */
  const evaluate = async (container: string, script: string) =>
    (await ask("exec", container, "node", "-e", script)).trim();
  const healthy = (container: string) =>
    eventually(async () => expect(await inspect(container, "{{.State.Health.Status}}")).toBe("healthy"), 60_000);
  const readLog = async (container: string) =>
    (await ask("logs", container))
      .trim()
      .split("\n")
      .map((line) => LineSchema.parse(JSON.parse(line)));

  async function stop(container: string): Promise<{ readonly exitCode: string; readonly seconds: number }> {
    const begun = performance.now();
    await ask("stop", "--time", "40", container);
    const seconds = (performance.now() - begun) / 1_000;
    process.stdout.write(`${container} stopped in ${seconds.toFixed(1)} s\n`);
    return { exitCode: await inspect(container, "{{.State.ExitCode}}"), seconds };
  }

  beforeAll(async () => {
    base = await makeNodeBase(docker as Docker);
    // The stages are named too, so that they can be removed.
    for (const stage of ["dependencies", "sources", "app"])
      await ask("build", "--quiet", "--build-arg", `NODE_IMAGE=${base}`, "--target", stage, "--tag", name(stage), root);

    const database = keep(await startPostgres());
    const receiver = keep(await startWebhookReceiver(webhookSecret));
    const ports = { comfyui: await findFreePort(), api: await findFreePort(), worker: await findFreePort() };
    client = createJobClient({ url: `http://127.0.0.1:${ports.api}`, key: apiKey, receiver });

    const run = (container: string, flags: readonly string[], ...args: readonly string[]) =>
      ask("run", "--detach", "--name", container, "--health-interval", "1s", ...hardening, ...flags, image, ...args);
    const settings = (role: "api" | "worker") =>
      Object.entries({
        ROLE: role,
        HOST: "127.0.0.1",
        PORT: String(ports[role]),
        OTEL_EXPORTER_PROMETHEUS_PORT: "0",
        DATABASE_URL: database.url,
        COMFYUI_URL: `http://127.0.0.1:${ports.comfyui}`,
        API_KEYS: apiKey,
        WEBHOOK_SECRET: webhookSecret,
        WEBHOOK_ALLOW_PRIVATE: "true",
        RATE_LIMIT: "off",
        WORKER_CONCURRENCY: "2",
      }).flatMap(([setting, value]) => ["--env", `${setting}=${value}`]);
    const renderer = ["app/demo-renderer/main.ts", "--port", String(ports.comfyui), "--step-ms", String(stepMs)];
    const systemStats = `node app/health-check.ts http://127.0.0.1:${ports.comfyui}/system_stats`;
    await run(comfyui, ["--health-cmd", systemStats], ...renderer);
    // One with a program before it that collects the ends of others, and one without: Node is process 1 then.
    await run(api, ["--init", ...settings("api")]);
    await run(worker, settings("worker"));
    for (const container of containers) await healthy(container);
  }, limitMs);

  afterAll(async () => {
    await ask("rm", "--force", "--volumes", ...containers);
    await ask("image", "rm", "--force", ...["app", "sources", "dependencies"].map(name));
  });

  test("holds the sources that are hashed and no others, and nobody but root may change them", async () => {
    const find = (...args: readonly string[]) => ask("run", "--rm", "--entrypoint", "find", image, ".", ...args);
    const files = await find(..."-path ./node_modules -prune -o -type f -printf %P\\n".split(" "));
    expect(files.trim().split("\n").toSorted()).toEqual(await listAppSources(root));
    expect(await find(..."! -type l ( ! -user root -o -perm /022 )".split(" "))).toBe("");

    const [megabytes, below] = [await inspect(image, "{{.Size}}"), await inspect(base, "{{.Size}}")].map(
      (bytes) => Number(bytes) / 1e6,
    );
    process.stdout.write(`the image has ${megabytes?.toFixed(0)} MB, ${below?.toFixed(0)} MB of them its base's\n`);
  });

  test("runs as a user without rights, who can write nothing but /tmp", async () => {
    for (const container of [api, worker]) {
      const status = await evaluate(container, 'process.stdout.write(fs.readFileSync("/proc/1/status", "utf8"))');
      expect(status).toMatch(/^Uid:\t1000\t1000\t1000\t1000$/m);
      expect(status).toMatch(/^CapEff:\t0+$/m);
      expect(status).toMatch(/^NoNewPrivs:\t1$/m);
      const write = (path: string) => `try { fs.writeFileSync("${path}", ""); } catch (e) { console.log(e.code); }`;
      expect(await evaluate(container, write("/srv/gozcu/app/main.ts"))).toBe("EROFS");
      expect(await evaluate(container, write("/home/node/file"))).toBe("EROFS");
      expect(await evaluate(container, write("/tmp/file"))).toBe("");
    }
  });

  test("answers /readyz in both roles, and runs a job through", async () => {
    expect((await client.send("/readyz")).status).toBe(200);
    const id = await client.submit({ prompt: "a lighthouse at dusk" });
    expect(await client.webhookOf(id)).toMatchObject({ type: "job.completed", data: { attempts: 1 } });
  });

  test("writes JSON lines only, one of them how long the start took; a job's line belongs to its trace", async () => {
    const refused = await client.submit({ workflow: { 1: { class_type: "NoSuchNode", inputs: {} } } });
    await client.reached(refused, "failed");
    for (const [container, role] of Object.entries({ [api]: "api", [worker]: "worker" })) {
      const ready = (await readLog(container)).filter(({ msg }) => msg.includes("is ready in"));
      expect(ready.map(({ msg }) => msg)).toEqual([
        expect.stringMatching(`\\(role ${role}\\) at http://127\\.0\\.0\\.1:`),
      ]);
      process.stdout.write(`${ready[0]?.msg}\n`);
    }
    const told = (await readLog(worker)).find(({ msg }) => msg.startsWith(`job ${refused}`));
    expect(told?.trace_id).toMatch(/^[0-9a-f]{32}$/);
  });

  test("stops in the midst of jobs with 0 and in its time, and a new start completes each at the first attempt", async () => {
    const ids = await Promise.all(Array.from({ length: 6 }, (_, at) => client.submit({ prompt: `wave ${at}` })));
    const count = async (status: string) =>
      (await Promise.all(ids.map(client.read))).filter((job) => job.status === status).length;
    await eventually(async () => expect(await count("processing")).toBe(2));
    expect(await stop(worker)).toMatchObject({ exitCode: "0" });
    expect([await count("processing"), (await count("pending")) > 0]).toEqual([0, true]);
    expect(await stop(api)).toMatchObject({ exitCode: "0" });

    await ask("start", api, worker);
    for (const id of ids)
      expect(await client.webhookOf(id)).toMatchObject({ type: "job.completed", data: { attempts: 1 } });
    expect(await count("completed")).toBe(ids.length);
    expect(await stop(comfyui)).toMatchObject({ exitCode: "0" });
  });
});
