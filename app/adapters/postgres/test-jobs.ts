import type { JobOrder } from "../../api/ports.ts";
import { renderWebhookEvent } from "../webhook/event.ts";
import type { Database } from "./database.ts";
import { createJobStore } from "./job-store.ts";

/** For tests only. */
export const order: JobOrder = { input: { type: "image", prompt: "a lighthouse at dusk" }, carrier: {} };

/** For tests only. */
export const picture = { contentType: "image/png", bytes: Buffer.from("a picture") };

/** For tests only: a job store, and what is done with it again and again. */
export function createTestJobs(database: Database) {
  let told = 0;
  const store = createJobStore({
    database,
    renderEvent: renderWebhookEvent,
    onOutbox: () => {
      told += 1;
    },
  });

  async function begin(id: string): Promise<number> {
    const begun = await store.begin(id);
    if (begun === undefined) throw new Error(`job ${id} has ended or is not there`);
    return begun.token;
  }

  return {
    store,
    /** How often the store told that there is something in the outbox. */
    told: () => told,
    async add(more: Partial<JobOrder> = {}): Promise<string> {
      const accepted = await store.accept({ ...order, ...more });
      if ("conflict" in accepted) throw new Error("the job is in conflict with another");
      return accepted.job.id;
    },
    complete: async (id: string) => store.end(id, await begin(id), { status: "completed", images: [picture] }, {}),
    fail: async (id: string) =>
      store.end(id, await begin(id), { status: "failed", error: { code: "refused", message: "no" } }, {}),
  };
}
