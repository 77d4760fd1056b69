import { sleep } from "k6";
import exec from "k6/execution";
import { Rate, Trend } from "k6/metrics";
import { jobFlow } from "../app/catalogue/load.ts";
import { prepare, readField } from "./request.ts";

const completed = new Rate("jobs_completed");
const lifeTime = new Trend("job_life_time", true);

const open = ["pending", "processing"];
const pngSignature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

function isPng(body: ArrayBuffer): boolean {
  const begin = new Uint8Array(body, 0, Math.min(pngSignature.length, body.byteLength));
  return pngSignature.every((byte, i) => begin[i] === byte);
}

const submit = prepare("jobSubmit", {
  hasBody: true,
  expected: [202],
  isValid: (response) => typeof readField(response, "id") === "string",
});
const read = prepare("jobRead", {
  isValid: (response) => response.url.endsWith(`/${String(readField(response, "id"))}`),
});
// 409: it was faster.
const cancel = prepare("jobCancel", {
  expected: [200, 409],
  isValid: (response) => response.status === 409 || readField(response, "status") === "cancelled",
});
const readImage = prepare("jobImage", { responseType: "binary", isValid: ({ body }) => isPng(body) });

/** Asks again and again. The last status that was told; undefined when there was no such answer. */
function awaitEnd(id: string): string | undefined {
  const deadline = Date.now() + jobFlow.deadlineSeconds * 1_000;
  for (;;) {
    sleep(jobFlow.pollSeconds);
    const status = readField(read({ path: { id } }), "status");
    if (typeof status !== "string") return undefined;
    if (!open.includes(status) || Date.now() > deadline) return status;
  }
}

/** The whole life of a job: ordered, then awaited until its picture is there. One of each so many is cancelled. */
export function job(): void {
  const startedAt = Date.now();
  const id = readField(submit({ body: jobFlow.order, headers: { "Idempotency-Key": crypto.randomUUID() } }), "id");
  if (typeof id !== "string") {
    completed.add(false);
    return;
  }
  if (exec.scenario.iterationInTest % jobFlow.cancelledEach === Math.floor(jobFlow.cancelledEach / 2)) {
    cancel({ path: { id } });
    return;
  }
  const status = awaitEnd(id);
  completed.add(status === "completed");
  if (status !== "completed") return;
  lifeTime.add(Date.now() - startedAt);
  readImage({ path: { id, n: "0" } });
}
