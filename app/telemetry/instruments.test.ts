import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { metrics } from "../catalogue/metrics.ts";
import { createSpanRecorder } from "./span-recorder.ts";

let recorder: ReturnType<typeof createSpanRecorder>;
beforeEach(() => {
  recorder = createSpanRecorder();
});
afterEach(() => recorder.close());

describe("the instruments", () => {
  test("are those of the catalogue, by their names in camel case", () => {
    expect(Object.keys(recorder.metrics).toSorted()).toEqual([
      "activeSpans",
      "httpServerRequestDuration",
      "jobProcessingTime",
      "profilerMeasureDuration",
      "queueWaitTime",
      "requestsShed",
      "webhookDeliveries",
      "webrtcConnectionTime",
    ]);
  });

  test("count into the catalogue's buckets", async () => {
    recorder.metrics.webrtcConnectionTime.record(metrics.webrtc_connection_time.buckets[0]);
    const [point] = await recorder.points("webrtc_connection_time");
    expect(point?.value).toMatchObject({
      count: 1,
      buckets: { boundaries: metrics.webrtc_connection_time.buckets, counts: [1, ...Array(11).fill(0)] },
    });
  });

  test("record the labels they are given", async () => {
    recorder.metrics.jobProcessingTime.record(5, { job_type: "image", outcome: "failed" });
    expect(await recorder.points("job_processing_time")).toMatchObject([
      { attributes: { job_type: "image", outcome: "failed" } },
    ]);
  });

  test("count from 0, with every combination of labels that the catalogue lists", async () => {
    recorder.metrics.webhookDeliveries.add(1, { outcome: "failed" });
    expect(await recorder.points("webhook_deliveries")).toMatchObject([
      { attributes: { outcome: "delivered" }, value: 0 },
      { attributes: { outcome: "failed" }, value: 1 },
    ]);
  });

  test("of other kinds are absent until something is recorded", async () => {
    expect(await recorder.points("queue_wait_time")).toEqual([]);
    expect(await recorder.points("job_processing_time")).toEqual([]);
  });

  test("show active_spans as 0 before there was any", async () => {
    expect(await recorder.points("active_spans")).toMatchObject([{ value: 0 }]);
  });
});
