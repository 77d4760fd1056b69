import { createHash } from "node:crypto";
import { afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { PNG } from "pngjs";
import { type DemoProcess, startDemoProcess } from "./demo-process.ts";
import { eventually } from "./eventually.ts";
import { createJobClient, type JobClient, readWorkflow } from "./job-client.ts";
import { createKeep } from "./keep.ts";
import { apiKey, type ServiceProcess, startServiceProcess, webhookSecret } from "./service-process.ts";
import { startWebhookReceiver, type WebhookReceiver } from "./webhook-receiver.ts";

/** Each has a seed of its own, so that ComfyUI's cache does not answer it at once: twenty steps of the sampler. */
const order = { prompt: "a lighthouse at dusk" };

describe("a job's way through a service with embedded Postgres", () => {
  const keep = createKeep();
  let renderer: DemoProcess;
  let service: ServiceProcess;
  let receiver: WebhookReceiver;
  let client: JobClient;

  beforeAll(async () => {
    renderer = keep(await startDemoProcess({ stepMs: 2 }));
    service = keep(await startServiceProcess({ COMFYUI_URL: renderer.url, WORKER_CONCURRENCY: "1" }));
    receiver = keep(await startWebhookReceiver(webhookSecret));
    client = createJobClient({ url: service.url, key: apiKey, receiver });
  });
  afterEach(() => renderer.setFaults({ slowMs: 0, outOfMemory: 0 }));

  test.each(["text-to-image", "lora-batch"] as const)(
    "the workflow %s goes from POST to PNG and webhook",
    async (name) => {
      const { workflow, size } = await readWorkflow(name);
      const id = await client.submit({ workflow });
      const event = await client.webhookOf(id);
      expect(event).toMatchObject({ type: "job.completed", data: { id, status: "completed", attempts: 1 } });
      const job = await client.read(id);
      expect(job).toMatchObject({ status: "completed", attempts: 1, progress: 1, error: null });
      expect(job.images).toHaveLength(size.batch_size);

      for (const [n, told] of event.data.images.entries()) {
        expect(told).toMatchObject({ url: `/api/jobs/${id}/images/${n}`, contentType: "image/png" });
        expect((await fetch(service.url + told.url)).status).toBe(401);
        const response = await client.send(told.url);
        expect(response.headers.get("content-type")).toBe("image/png");
        const bytes = Buffer.from(await response.arrayBuffer());
        expect(bytes).toHaveLength(told.bytes);
        expect(createHash("sha256").update(bytes).digest("hex")).toBe(told.sha256);
        const { width, height } = PNG.sync.read(bytes);
        expect({ width, height }).toEqual({ width: size.width, height: size.height });
      }
      expect(event.data.images).toHaveLength(size.batch_size);
      expect((await client.send(`/api/jobs/${id}/images/${size.batch_size}`)).status).toBe(404);
      expect(client.webhooksOf(id)).toHaveLength(1);
    },
  );

  test("a prompt alone is put into the default workflow", async () => {
    const id = await client.submit(order);
    expect(await client.webhookOf(id)).toMatchObject({ type: "job.completed" });
    const bytes = Buffer.from(await (await client.send(`/api/jobs/${id}/images/0`)).arrayBuffer());
    expect(PNG.sync.read(bytes)).toMatchObject({ width: 512, height: 512 });
  });

  test("the same Idempotency-Key answers the first job again and renders once", async () => {
    const headers = { "Idempotency-Key": "order-4711" };
    const before = await renderer.ran();
    const [first, ...others] = await Promise.all([client.submit(order, headers), client.submit(order, headers)]);
    await client.webhookOf(first);
    expect(others).toEqual([first]);

    const body = { type: "image", webhookUrl: receiver.url, ...order };
    const again = await client.send("/api/jobs", body, headers);
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    expect(await again.json()).toMatchObject({ id: first });
    const other = await client.send("/api/jobs", { type: "image", prompt: "something else" }, headers);
    expect(other.status).toBeGreaterThanOrEqual(400);
    expect(other.status).toBeLessThan(500);
    expect(await renderer.ran()).toBe(before + 1);
  });

  test("a job is cancelled while it waits, and then never reaches ComfyUI", async () => {
    await renderer.setFaults({ slowMs: 50 });
    const inHand = await client.submit(order);
    await client.reached(inHand, "processing");
    const waiting = await client.submit(order);
    const response = await client.send(`/api/jobs/${waiting}/cancel`, {});
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ id: waiting, status: "cancelled", attempts: 0 });
    expect(await client.webhookOf(waiting)).toMatchObject({
      type: "job.cancelled",
      data: { status: "cancelled", images: [] },
    });
    expect(await client.read(inHand)).toMatchObject({ status: "processing" });
    expect((await client.send(`/api/jobs/${waiting}/cancel`, {})).status).toBe(409);

    expect(await client.webhookOf(inHand)).toMatchObject({ type: "job.completed" });
    // One that comes after it is through; the cancelled one, in line before, is not known to the renderer.
    await renderer.setFaults({ slowMs: 0 });
    await client.webhookOf(await client.submit(order));
    expect(await renderer.told(waiting)).toEqual([]);
    expect(await client.read(waiting)).toMatchObject({ status: "cancelled", attempts: 0 });
  });

  test("a job is cancelled while it is in hand, and ComfyUI stops working at it", async () => {
    await renderer.setFaults({ slowMs: 400 });
    const id = await client.submit(order);
    await client.reached(id, "processing");
    expect((await client.send(`/api/jobs/${id}/cancel`, {})).status).toBe(200);
    await eventually(async () => expect((await renderer.told(id)).at(-1)).toBe("execution_interrupted"));
    expect(await client.webhookOf(id)).toMatchObject({ type: "job.cancelled" });

    // The worker is free at once, and the cancelled job stays so.
    await renderer.setFaults({ slowMs: 0 });
    await client.webhookOf(await client.submit(order));
    expect(await client.read(id)).toMatchObject({ status: "cancelled", images: [] });
    expect(client.webhooksOf(id)).toHaveLength(1);
  });

  test("a workflow with a class that ComfyUI does not know fails with a sentence that names it", async () => {
    const { workflow } = await readWorkflow("text-to-image");
    const id = await client.submit({ workflow: { ...workflow, "5": { class_type: "QuantumSampler", inputs: {} } } });
    const event = await client.webhookOf(id);
    const error = { code: "comfyui_invalid_workflow", message: expect.stringMatching(/node 5 .*QuantumSampler/) };
    expect(event).toMatchObject({ type: "job.failed", data: { status: "failed", attempts: 1, error, images: [] } });
    expect(await client.read(id)).toMatchObject({ status: "failed", error, images: [] });
    expect((await client.send(`/api/jobs/${id}/images/0`)).status).toBe(404);
  });

  test("a job that ran out of memory is tried again and completes", async () => {
    await renderer.setFaults({ outOfMemory: 1 });
    const id = await client.submit(order);
    expect(await client.webhookOf(id)).toMatchObject({ type: "job.completed", data: { attempts: 2 } });
    expect(await client.read(id)).toMatchObject({ status: "completed", attempts: 2, error: null });
  });
});
