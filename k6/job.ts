import { sleep } from "k6";
import exec from "k6/execution";
import { Rate, Trend } from "k6/metrics";
import { jobFlow } from "../app/catalogue/load.ts";
import { readField, request } from "./request.ts";

const completed = new Rate("jobs_completed");
const lifeTime = new Trend("job_life_time", true);

const open = ["pending", "processing"];
const pngSignature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

function isPng(body: string | ArrayBuffer | null): boolean {
  if (!(body instanceof ArrayBuffer)) return false;
  const begin = new Uint8Array(body, 0, Math.min(pngSignature.length, body.byteLength));
  return pngSignature.every((byte, i) => begin[i] === byte);
}

/** Undefined when it was not accepted. */
function submit(): string | undefined {
  const answer = request(
    "jobSubmit",
    { body: jobFlow.order, headers: { "Idempotency-Key": crypto.randomUUID() }, expected: [202] },
    (given) => typeof readField(given.json(), "id") === "string",
  );
  const id = readField(answer.json(), "id");
  return typeof id === "string" ? id : undefined;
}

/** Asks again and again. The last status that was told; undefined when there was no such answer. */
function awaitEnd(id: string): string | undefined {
  const deadline = Date.now() + jobFlow.deadlineSeconds * 1_000;
  for (;;) {
    sleep(jobFlow.pollSeconds);
    const answer = request("jobRead", { path: { id } }, (given) => readField(given.json(), "id") === id);
    const status = readField(answer.json(), "status");
    if (typeof status !== "string") return undefined;
    if (!open.includes(status) || Date.now() > deadline) return status;
  }
}

/** The whole life of a job: ordered, then awaited until its picture is there. The first of each ten is cancelled. */
export function job(): void {
  const startedAt = Date.now();
  const id = submit();
  if (id === undefined) {
    completed.add(false);
    return;
  }
  if (exec.scenario.iterationInTest % jobFlow.cancelledEach === 0) {
    // 409: it was faster.
    request(
      "jobCancel",
      { path: { id }, expected: [200, 409] },
      (given) => given.status === 409 || readField(given.json(), "status") === "cancelled",
    );
    return;
  }
  const status = awaitEnd(id);
  completed.add(status === "completed");
  if (status !== "completed") return;
  lifeTime.add(Date.now() - startedAt);
  request("jobImage", { path: { id, n: "0" }, responseType: "binary" }, (given) => isPng(given.body));
}
