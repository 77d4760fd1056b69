import { GCProfiler, getHeapStatistics } from "node:v8";

/** The heap's used bytes when counting began, around each collection, and when it ended. */
export interface HeapCourse {
  readonly start: number;
  readonly collections: readonly { readonly before: number; readonly after: number }[];
  readonly end: number;
}

/** What was allocated in the meantime: the heap only grows by allocations, and only shrinks in collections. */
export function readAllocatedBytes({ start, collections, end }: HeapCourse): number {
  let allocated = 0;
  let used = start;
  for (const { before, after } of collections) {
    allocated += before - used;
    used = after;
  }
  return allocated + end - used;
}

/**
 * Counts the bytes that this process allocates on V8's heap until it is asked: those of objects, not of buffers. It
 * costs nothing between two collections.
 */
export function startAllocationCount(): () => number {
  const profiler = new GCProfiler();
  profiler.start();
  const start = getHeapStatistics().used_heap_size;
  return () => {
    const end = getHeapStatistics().used_heap_size;
    const collections = profiler.stop().statistics.map(({ beforeGC, afterGC }) => ({
      before: beforeGC.heapStatistics.usedHeapSize,
      after: afterGC.heapStatistics.usedHeapSize,
    }));
    return readAllocatedBytes({ start, collections, end });
  };
}
