import { type SignalName, signals } from "../../app/catalogue/signals.ts";
import { signalName } from "../../app/telemetry/promql.ts";
import { readSamples } from "./exposition.ts";

/** What a process takes of its machine at a moment. */
export interface ProcessSample {
  readonly atMs: number;
  /** Physical memory, of all kinds. */
  readonly residentBytes: number;
  /** Objects, with those that nobody needs any more and V8 has not yet collected. */
  readonly heapUsedBytes: number;
  /** Physical memory beside the heap: buffers, threads, programs. */
  readonly outsideBytes: number;
  /** Full garbage collections since the process began. */
  readonly fullCollections: number;
  /** Open files, sockets and pipes; undefined where the system does not tell. */
  readonly descriptors: number | undefined;
  /** Sockets, servers, timers and the like that keep the event loop alive. */
  readonly resources: number;
}

/**
 * Reads a scrape of the OpenTelemetry port.
 * @throws Error for one that does not tell of memory: it is not that port, or the service is an older one.
 */
export function readProcessSample(text: string, atMs: number): ProcessSample {
  const samples = readSamples(text);
  const sum = (name: string, labels: Readonly<Record<string, string>> = {}) => {
    const meant = samples.filter(
      (sample) => sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
    );
    return meant.length === 0 ? undefined : meant.reduce((total, { value }) => total + value, 0);
  };
  const needed = (signal: SignalName) => {
    const value = sum(signalName(signal));
    if (value === undefined) throw new Error(`the scrape has no ${signalName(signal)}: ${signals[signal].help}`);
    return value;
  };
  const residentBytes = needed("process.memory.usage");
  return {
    atMs,
    residentBytes,
    heapUsedBytes: needed("v8js_memory_heap_used"),
    outsideBytes: residentBytes - needed("v8js_memory_heap_space_physical_size"),
    // Absent until the first.
    fullCollections: sum(`${signalName("v8js_gc_duration")}_count`, { v8js_gc_type: "major" }) ?? 0,
    descriptors: sum(signalName("process.unix.file_descriptors")),
    resources: needed("v8js_resource_active"),
  };
}
