import { test, afterAll } from "@jest/globals";
import { startPostgres } from "../../../infra/e2e/programs.ts";
import { createQueueBackend } from "./backend.ts";
let s: Awaited<ReturnType<typeof startPostgres>>;
test("x", async () => { s = await startPostgres(); });
test("y", async () => { const q = createQueueBackend({url: s.url, log: console.log}); 
if (process.env.W) q.work("jobs", {concurrency:1, handle: async()=>"done" as const});
await q.add("jobs",["1"]); await q.close(); });
afterAll(async () => { await s.close(); });
