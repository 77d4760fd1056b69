import { spawn } from "node:child_process";
import { once } from "node:events";
import { access, readFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { z } from "zod";
import { type DemoProcess, startDemoProcess } from "./demo-process.ts";
import { eventually } from "./eventually.ts";
import { createJobClient, type JobClient, JobSchema } from "./job-client.ts";
import { createKeep } from "./keep.ts";
import { makeFolder, startPostgres } from "./programs.ts";
import { type ServiceProcess, startServiceProcess } from "./service-process.ts";
import { startWebhookReceiver, type WebhookReceiver } from "./webhook-receiver.ts";

const main = fileURLToPath(new URL("../../app/main.ts", import.meta.url));
/** Each has a seed of its own, so that ComfyUI's cache does not answer it at once: twenty steps of the sampler. */
const order = { prompt: "a lighthouse at dusk" };

/** Process and port of the embedded Postgres of a data folder, as Postgres writes them down. */
async function readPostmaster(dataDir: string) {
  const lines = (await readFile(join(dataDir, "postgres", "postmaster.pid"), "utf8")).split("\n");
  return { pid: Number(lines[0]), port: Number(lines[3]) };
}

function isOpen(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  return new Promise<boolean>((resolve) => {
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
  }).finally(() => socket.destroy());
}

async function expectNothingLeft(dataDir: string, { pid, port }: { readonly pid: number; readonly port: number }) {
  expect(await isOpen(port)).toBe(false);
  await expect(readPostmaster(dataDir)).rejects.toThrow("ENOENT");
  // Postgres takes its file away just before it ends.
  await eventually(() => expect(() => process.kill(pid, 0)).toThrow("ESRCH"));
}

/** With nothing set but the renderer, as after `npm start`: embedded Postgres, key and secret of its own. */
describe("a service that is stopped and started again", () => {
  const keep = createKeep();
  let dataDir: string;
  let key: string;
  let secret: string;
  let renderer: DemoProcess;
  let service: ServiceProcess;
  let receiver: WebhookReceiver;
  let client: JobClient;

  const readSecret = async (name: string) => (await readFile(join(dataDir, name), "utf8")).trim();

  beforeAll(async () => {
    dataDir = keep(await makeFolder()).path;
    renderer = keep(await startDemoProcess({ stepMs: 2 }));
    const settings = { DATA_DIR: dataDir, API_KEYS: "", WEBHOOK_SECRET: "", COMFYUI_URL: renderer.url };
    service = keep(await startServiceProcess({ ...settings, WORKER_CONCURRENCY: "1" }, { ownGroup: true }));
    [key, secret] = [await readSecret("api-key"), await readSecret("webhook-secret")];
    receiver = keep(await startWebhookReceiver(secret));
    client = createJobClient({ url: service.url, key, receiver });
  });
  afterEach(() => renderer.setFaults({ slowMs: 0 }));

  const endings = {
    SIGTERM: () => service.stop(),
    "Ctrl-C": () => service.interrupt(),
  } as const;
  test.each(Object.entries(endings))("%s waits for the job in hand and leaves nothing running", async (_how, end) => {
    await renderer.setFaults({ slowMs: 50 });
    const inHand = await client.submit(order);
    await client.reached(inHand, "processing");
    const waiting = await client.submit(order);
    const postmaster = await readPostmaster(dataDir);
    expect(await isOpen(postmaster.port)).toBe(true);

    expect(await end()).toBe(0);
    expect((await renderer.told(inHand)).at(-1)).toBe("execution_success");
    expect(await renderer.told(waiting)).toEqual([]);
    await expectNothingLeft(dataDir, postmaster);

    await renderer.setFaults({ slowMs: 0 });
    await service.restart();
    expect(await client.read(inHand)).toMatchObject({ status: "completed", attempts: 1 });
    for (const id of [inHand, waiting]) {
      expect(await client.webhookOf(id)).toMatchObject({ type: "job.completed", data: { attempts: 1 } });
    }
  });

  test("a second Ctrl-C hands the job in hand back at once, and still leaves nothing running", async () => {
    await renderer.setFaults({ slowMs: 2_000 });
    const id = await client.submit(order);
    await client.reached(id, "processing");
    const postmaster = await readPostmaster(dataDir);
    const first = service.interrupt();
    await eventually(async () => expect(await isOpen(Number(new URL(service.url).port))).toBe(false));
    expect([await service.interrupt(), await first]).toEqual([0, 0]);
    expect((await renderer.told(id)).at(-1)).toBe("execution_interrupted");
    await expectNothingLeft(dataDir, postmaster);

    await renderer.setFaults({ slowMs: 0 });
    await service.restart();
    expect(await client.webhookOf(id)).toMatchObject({ type: "job.completed", data: { attempts: 2 } });
  });

  test("a second start on the same folder keeps jobs, key and secret, and tells neither to a log", async () => {
    const PageSchema = z.object({ jobs: z.array(JobSchema) });
    const list = async () => PageSchema.parse(await (await client.send("/api/jobs")).json()).jobs;
    const id = await client.submit(order);
    await client.webhookOf(id);
    const before = await list();
    await service.stop();
    await service.restart();
    expect(await list()).toEqual(before);
    expect(before[0]).toMatchObject({ id, status: "completed" });
    expect((await client.send(`/api/jobs/${id}/images/0`)).status).toBe(200);

    expect([await readSecret("api-key"), await readSecret("webhook-secret")]).toEqual([key, secret]);
    expect(service.messages()).toContain("an API key was made: it is in the data folder, file api-key");
    for (const one of [key, secret]) expect(service.output()).not.toContain(one);
    expect(await client.webhookOf(await client.submit(order))).toMatchObject({ type: "job.completed" });
    expect(receiver.refused()).toEqual([]);
  });
});

test("a terminal that goes away (SIGHUP), and a pipe that nobody reads, leave nothing running", async () => {
  const folder = await makeFolder();
  const settings = { PATH: process.env.PATH, DATA_DIR: folder.path, PORT: "0", OTEL_EXPORTER_PROMETHEUS_PORT: "0" };
  const child = spawn(process.execPath, [main], { cwd: folder.path, env: settings, stdio: ["ignore", "pipe", "pipe"] });
  child.stdout.destroy();
  child.stderr.destroy();
  const ended = once(child, "exit");
  const postmaster = await eventually(() => readPostmaster(folder.path));
  child.kill("SIGHUP");
  expect(await ended).toEqual([0, null]);
  await expectNothingLeft(folder.path, postmaster);
  await folder.close();
});

test("a first start that is killed while it makes the database is made good by the next", async () => {
  const folder = await makeFolder();
  const settings = { PATH: process.env.PATH, DATA_DIR: folder.path, PORT: "0", OTEL_EXPORTER_PROMETHEUS_PORT: "0" };
  const child = spawn(process.execPath, [main], { cwd: folder.path, env: settings, stdio: "ignore", detached: true });
  const ended = once(child, "exit");
  await eventually(() => access(join(folder.path, "postgres.new", "PG_VERSION")));
  process.kill(-(child.pid ?? 0), "SIGKILL");
  await ended;
  const service = await startServiceProcess({ DATA_DIR: folder.path });
  expect((await service.get("/readyz")).status).toBe(200);
  await service.close();
  await folder.close();
});

test("API and worker on a database of their own share a folder, and its secrets", async () => {
  const postgres = await startPostgres();
  const folder = await makeFolder();
  const settings = { DATABASE_URL: postgres.url, DATA_DIR: folder.path, API_KEYS: "" };
  const api = await startServiceProcess({ ...settings, ROLE: "api" });
  const worker = await startServiceProcess({ ...settings, ROLE: "worker" });
  const headers = { "X-API-Key": (await readFile(join(folder.path, "api-key"), "utf8")).trim() };
  const response = await api.post("/api/jobs", { type: "image", ...order }, headers);
  const { id } = z.object({ id: z.string() }).parse(await response.json());
  await eventually(async () => {
    const job = await fetch(`${api.url}/api/jobs/${id}`, { headers });
    expect(await job.json()).toMatchObject({ status: "completed" });
  });
  for (const program of [worker, api, postgres, folder]) await program.close();
});

test.each(["SIGINT", "SIGTERM"] as const)("%s during the start leaves nothing running either", async (signal) => {
  const folder = await makeFolder();
  const settings = { PATH: process.env.PATH, DATA_DIR: folder.path, PORT: "0", OTEL_EXPORTER_PROMETHEUS_PORT: "0" };
  const child = spawn(process.execPath, [main], { cwd: folder.path, env: settings, stdio: "ignore" });
  const ended = once(child, "exit");
  const postmaster = await eventually(() => readPostmaster(folder.path));
  child.kill(signal);
  expect(await ended).toEqual([0, null]);
  await expectNothingLeft(folder.path, postmaster);
  await folder.close();
});
