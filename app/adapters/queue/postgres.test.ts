import { expect, test } from "@jest/globals";
import { useDatabases } from "../../../infra/e2e/databases.ts";
import { eventually } from "../../../infra/e2e/eventually.ts";
import { startTcpProxy } from "../../../infra/e2e/tcp-proxy.ts";
import { createQueueBackend } from "./backend.ts";

const databases = useDatabases();

test("a connection that breaks while the queue's tables are made ends no process, and they are made later", async () => {
  const { url, sql } = await databases.create();
  const proxy = await startTcpProxy(databases.server());
  // Whoever makes the schema meanwhile waits for this transaction.
  await sql("begin");
  await sql("create schema bullmq");
  const queue = createQueueBackend({
    url: Object.assign(new URL(url), { port: String(proxy.port) }).href,
    log: () => {},
  });
  const first = expect(queue.add("jobs", ["one"])).rejects.toThrow();
  await eventually(async () => expect(await sql("select from pg_locks where not granted")).not.toEqual([]));
  proxy.cut();
  await first;
  await sql("rollback");
  proxy.resume();
  await eventually(() => queue.add("jobs", ["one"]));
  expect(await queue.known("jobs", ["one"])).toEqual(new Set(["one"]));
  await queue.close();
  await proxy.close();
});
