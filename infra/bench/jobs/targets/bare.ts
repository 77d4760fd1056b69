import { payload, type Target } from "../target.ts";

/** BullMQ as it is installed, without any telemetry. */
export async function startTarget(): Promise<Target> {
  return {
    add: (send) => send(payload),
    handle: (_job, work) => work(),
    flush: async () => {},
    readCounts: async () => [],
  };
}
