import { expect } from "@jest/globals";
import { z } from "zod";
import { eventually } from "./eventually.ts";
import type { ServiceProcess } from "./service-process.ts";
import type { WebhookReceiver } from "./webhook-receiver.ts";

/** A visitor's session that reports what it measured. */
async function measure(service: ServiceProcess, measurements: object): Promise<void> {
  const created = await service.post("/api/sessions", undefined);
  const { id, token } = z.object({ id: z.uuid(), token: z.string() }).parse(await created.json());
  const authorization = { Authorization: `Bearer ${token}` };
  const { status } = await service.post(`/api/sessions/${id}/measurements`, measurements, authorization);
  expect(status).toBe(202);
}

/** A job with its webhook, a session's measurements and a source's report: what makes every metric move. */
export async function work(service: ServiceProcess, receiver: WebhookReceiver): Promise<void> {
  const before = receiver.received().length;
  await service.post("/api/jobs", { type: "image", prompt: `a lighthouse, ${before}`, webhookUrl: receiver.url });
  await measure(service, { webrtcConnectionTimeMs: 234, queueWaitTimeMs: 5_000 });
  await service.post("/api/telemetry", { source: "lensia-main-site", metrics: { activeUsers: 1_250 } });
  await eventually(() => expect(receiver.received().length).toBeGreaterThan(before));
}
