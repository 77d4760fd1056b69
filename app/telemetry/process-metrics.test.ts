import { closeSync, existsSync, openSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { instrumentationScope } from "./instruments.ts";
import { observeProcess } from "./process-metrics.ts";
import { createSpanRecorder } from "./span-recorder.ts";

let recorder: ReturnType<typeof createSpanRecorder>;
let gauges: ReturnType<typeof observeProcess>;
beforeEach(() => {
  recorder = createSpanRecorder();
  gauges = observeProcess(recorder.meterProvider.getMeter(instrumentationScope));
});
afterEach(() => recorder.close());

async function read(name: string): Promise<number | undefined> {
  const [point] = await recorder.points(name);
  return point?.value as number | undefined;
}

test("the resident memory is more than the heap that is in use", async () => {
  expect(await read("process.memory.usage")).toBeGreaterThan(process.memoryUsage().heapUsed / 2);
});

(existsSync("/dev/fd") ? test : test.skip)(
  "a file that is opened is one descriptor more, until it is closed",
  async () => {
    // The first look opens what Node needs to look at all.
    await read("process.unix.file_descriptors");
    const before = await read("process.unix.file_descriptors");
    const opened = openSync(process.execPath, "r");
    const during = await read("process.unix.file_descriptors");
    closeSync(opened);
    expect([during, await read("process.unix.file_descriptors")]).toEqual([(before ?? 0) + 1, before]);
  },
);

test("nothing is read any more once it is closed", async () => {
  gauges.close();
  expect(await recorder.points("process.memory.usage")).toEqual([]);
});
