import { expect, test } from "@jest/globals";
import { useDatabases } from "../../../infra/e2e/databases.ts";
import { createDeliveryStore } from "./delivery-store.ts";
import { createTestJobs } from "./test-jobs.ts";

const databases = useDatabases();

test("a delivery ends once: what comes after its end is not written, and the store says so", async () => {
  const { database, sql } = await databases.create();
  const { add, complete } = createTestJobs(database);
  await complete(await add({ webhookUrl: "https://example.com/hook" }));
  const [delivery] = await sql<{ id: string }>("select id from deliveries");
  const id = delivery?.id ?? "";
  const store = createDeliveryStore(database);

  expect(await store.record(id, { outcome: "failed", durationMs: 8, retryable: true })).toBe(true);
  expect(await store.open(id)).toMatchObject({ id, attempts: 1 });
  const delivered = { outcome: "delivered", statusCode: 204, durationMs: 5, retryable: false } as const;
  expect(await store.record(id, delivered, "delivered")).toBe(true);
  expect(await store.open(id)).toBeUndefined();
  expect(await store.record(id, delivered, "delivered")).toBe(false);
  expect(await store.record(id, { outcome: "refused", durationMs: 0, retryable: false }, "failed")).toBe(false);

  expect(await sql("select n, outcome from delivery_attempts order by n")).toEqual([
    { n: 1, outcome: "failed" },
    { n: 2, outcome: "delivered" },
  ]);
  expect(await sql("select status, attempts from deliveries")).toEqual([{ status: "delivered", attempts: 2 }]);
});
