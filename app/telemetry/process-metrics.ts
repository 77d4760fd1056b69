import { readdirSync } from "node:fs";
import type { Meter } from "@opentelemetry/api";
import { observeGauge } from "./instruments.ts";

/** Where Linux and macOS list what this very process has open. */
const openFolder = "/dev/fd";

function readDescriptors() {
  try {
    // One of them is the folder itself, open while it is read.
    return [{ value: readdirSync(openFolder).length - 1, labels: {} }];
  } catch {
    return [];
  }
}

/**
 * Has the process' resident memory and its open file descriptors read whenever they are scraped. Heap, event loop and
 * what keeps it alive are told by OpenTelemetry's instrumentation of the Node runtime.
 * @returns `close` ends the reading.
 */
export function observeProcess(meter: Meter): { close(): void } {
  const gauges = [
    observeGauge(meter, "process.memory.usage", () => [{ value: process.memoryUsage.rss(), labels: {} }]),
    observeGauge(meter, "process.unix.file_descriptors", readDescriptors),
  ];
  return {
    close() {
      for (const gauge of gauges) gauge.close();
    },
  };
}
