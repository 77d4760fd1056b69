import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { Redis } from "ioredis";
import pg from "pg";
import { eventually } from "../../../infra/e2e/eventually.ts";
import { findProgram, type Server, startPostgres, startRedis } from "../../../infra/e2e/programs.ts";
import { startTcpProxy } from "../../../infra/e2e/tcp-proxy.ts";
import { queueTiming } from "../../catalogue/queue.ts";
import type { QueueBackend, Verdict } from "../../jobs/queue.ts";
import { createQueueBackend } from "./backend.ts";

interface Row {
  readonly start: () => Promise<Server | undefined>;
  /** Forgets everything, so that each test finds an empty queue. */
  readonly forget: (url: string) => Promise<void>;
}

const rows: Readonly<Record<"postgres" | "redis", Row>> = {
  postgres: {
    start: startPostgres,
    async forget(url) {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      await client.query("drop schema if exists bullmq cascade");
      await client.end();
    },
  },
  redis: {
    start: startRedis,
    async forget(url) {
      const client = new Redis(url);
      await client.flushall();
      await client.quit();
    },
  },
};

/** The longest until the entry of a lost worker is handled by another. */
const recoveryMs = queueTiming.lockMs + 3 * queueTiming.stalledCheckMs;

const ids = (count: number) => Array.from({ length: count }, (_, n) => `entry-${n}`);

/** Takes one entry and never finishes with it. */
const stuckWorker = `
  import { createQueueBackend } from ${JSON.stringify(new URL("backend.ts", import.meta.url).href)};
  const queue = createQueueBackend({ url: process.argv[1], log: () => {} });
  queue.work("jobs", {
    concurrency: 1,
    handle(id) {
      process.stdout.write(id);
      return new Promise(() => {});
    },
  });
`;

async function startStuckWorker(url: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, ["--input-type=module", "-e", stuckWorker, url], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout ?? child, "data");
  return child;
}

for (const [name, { start, forget }] of Object.entries(rows)) {
  const present = name !== "redis" || findProgram("redis-server") !== undefined;
  const suite = present ? describe : describe.skip;

  suite(`a queue on ${name}`, () => {
    let server: Server;
    const opened: { close(): Promise<void> }[] = [];
    const open = (url = server.url): QueueBackend => {
      const queue = createQueueBackend({ url, log: () => {} });
      opened.push(queue);
      return queue;
    };

    beforeAll(async () => {
      const started = await start();
      if (started === undefined) throw new Error(`${name} did not start`);
      server = started;
    });
    afterAll(() => server.close());
    beforeEach(() => forget(server.url));
    afterEach(async () => {
      for (const one of opened.splice(0).reverse()) await one.close();
    });

    /** Has one entry in hand, until the promise that it gives back is resolved. */
    async function holdOne(queue: QueueBackend) {
      const held = Promise.withResolvers<Verdict>();
      const began = Promise.withResolvers<void>();
      queue.work("jobs", {
        concurrency: 1,
        handle() {
          began.resolve();
          return held.promise;
        },
      });
      await queue.add("jobs", ["one"]);
      await began.promise;
      return held;
    }

    /** Handles entries by `verdicts`, in turn for each id; "done" when there are none left. */
    function work(queue: QueueBackend, verdicts: readonly (Verdict | Error)[] = [], concurrency = 4) {
      const handled: { readonly id: string; readonly at: number }[] = [];
      const worker = queue.work("jobs", {
        concurrency,
        async handle(id) {
          const verdict = verdicts[handled.filter((one) => one.id === id).length] ?? "done";
          handled.push({ id, at: Date.now() });
          if (verdict instanceof Error) throw verdict;
          return verdict;
        },
      });
      return { handled, worker, ids: () => handled.map((one) => one.id).sort() };
    }

    const empty = { waiting: 0, active: 0, delayed: 0, failed: 0 };
    const untilEmpty = (queue: QueueBackend, deadlineMs?: number) =>
      eventually(async () => expect(await queue.depth("jobs")).toEqual(empty), deadlineMs);

    async function startProxy() {
      const proxy = await startTcpProxy(server);
      opened.push(proxy);
      return { ...proxy, url: server.url.replace(String(server.port), String(proxy.port)) };
    }

    test("an entry is handled, and forgotten when it is done", async () => {
      const queue = open();
      await queue.add("jobs", ["one"]);
      const { ids: handled } = work(queue);
      await untilEmpty(queue);
      expect(handled()).toEqual(["one"]);
      expect(await queue.known("jobs", ["one"])).toEqual(new Set());
    });

    test("an id that is in the queue is not added again", async () => {
      const queue = open();
      await queue.add("jobs", ["one", "two"]);
      await queue.add("jobs", ["two", "one", "three"]);
      expect(await queue.depth("jobs")).toMatchObject({ waiting: 3 });
      const { ids: handled } = work(queue);
      await untilEmpty(queue);
      expect(handled()).toEqual(["one", "three", "two"]);
    });

    test("an id can be added again once it is done", async () => {
      const queue = open();
      const { ids: handled } = work(queue);
      await queue.add("jobs", ["one"]);
      await untilEmpty(queue);
      await queue.add("jobs", ["one"]);
      await eventually(() => expect(handled()).toEqual(["one", "one"]));
    });

    test("what is to be retried comes again, and not before its time", async () => {
      const queue = open();
      await queue.add("jobs", ["one"]);
      const { handled } = work(queue, [{ retryInMs: 1_500 }]);
      await untilEmpty(queue);
      const [first, second] = handled.map(({ at }) => at);
      expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(1_400);
    });

    test("what breaks in handling comes again", async () => {
      const queue = open();
      await queue.add("jobs", ["one"]);
      const { ids: handled } = work(queue, [new Error("the database is away"), new Error("still")]);
      await untilEmpty(queue);
      expect(handled()).toEqual(["one", "one", "one"]);
    });

    test("what breaks is not tried on one entry after the other", async () => {
      const queue = open();
      await queue.add("jobs", ids(50));
      let tries = 0;
      queue.work("jobs", {
        concurrency: 4,
        async handle() {
          tries += 1;
          throw new Error("the database is away");
        },
      });
      await eventually(() => expect(tries).toBeGreaterThan(4));
      expect(tries).toBeLessThan(20);
    });

    test("it knows what waits, what is in hand and what is delayed, and counts them", async () => {
      const queue = open();
      await queue.add("jobs", ["later"]);
      const { worker } = work(queue, [{ retryInMs: 60_000 }]);
      await eventually(async () => expect(await queue.depth("jobs")).toMatchObject({ delayed: 1 }));
      await worker.close();
      const held = Promise.withResolvers<Verdict>();
      const began = Promise.withResolvers<string>();
      queue.work("jobs", {
        concurrency: 1,
        handle(id) {
          began.resolve(id);
          return held.promise;
        },
      });
      await queue.add("jobs", ["in hand"]);
      await began.promise;
      await queue.add("jobs", ["waiting"]);
      const known = await queue.known("jobs", ["waiting", "in hand", "later", "never seen"]);
      expect(known).toEqual(new Set(["waiting", "in hand", "later"]));
      expect(await queue.depth("jobs")).toEqual({ waiting: 1, active: 1, delayed: 1, failed: 0 });
      held.resolve("done");
    });

    test("queues of different names do not see each other's entries", async () => {
      const queue = open();
      await queue.add("webhooks", ["one"]);
      expect(await queue.known("jobs", ["one"])).toEqual(new Set());
      expect(await queue.depth("webhooks")).toMatchObject({ waiting: 1 });
    });

    test("two workers share the work, and no entry is handled twice", async () => {
      const [one, other] = [open(), open()];
      const busy = (queue: QueueBackend) => {
        const handled: string[] = [];
        queue.work("jobs", {
          concurrency: 2,
          async handle(id) {
            handled.push(id);
            await delay(5);
            return "done";
          },
        });
        return handled;
      };
      const [left, right] = [busy(one), busy(other)];
      await one.add("jobs", ids(200));
      await untilEmpty(one);
      expect([...left, ...right].sort()).toEqual(ids(200).sort());
      expect(left.length).toBeGreaterThan(0);
      expect(right.length).toBeGreaterThan(0);
    });

    test("an entry whose worker was killed is handed to another", async () => {
      const queue = open();
      await queue.add("jobs", ["one"]);
      const child = await startStuckWorker(server.url);
      child.kill("SIGKILL");
      await once(child, "exit");
      const { ids: handled } = work(queue);
      await eventually(() => expect(handled()).toEqual(["one"]), recoveryMs);
      await untilEmpty(queue);
    });

    test("each schedule runs at its interval on one worker alone, however often it is registered", async () => {
      const rows = {
        turn_rotation: { everySeconds: 1 },
        session_cleanup: { everySeconds: 3_600 },
        retention: { everySeconds: 3_600 },
      };
      const runs: number[] = [];
      const handle = async (schedule: string) => {
        if (schedule === "turn_rotation") runs.push(Date.now());
      };
      const [one, other] = [open(), open()];
      const first = one.schedule(rows, handle);
      other.schedule(rows, handle);
      await eventually(() => expect(runs.length).toBeGreaterThanOrEqual(3));
      await first.close();
      open().schedule(rows, handle);
      await eventually(() => expect(runs.length).toBeGreaterThanOrEqual(6));
      // Six runs at every second span four seconds or more; two workers that both ran each would need half of that.
      expect((runs[5] ?? 0) - (runs[0] ?? 0)).toBeGreaterThan(3_500);
    });

    test("a scheduled job that fails is tried again before its next time", async () => {
      const rows = {
        turn_rotation: { everySeconds: 3_600 },
        session_cleanup: { everySeconds: 3_600 },
        retention: { everySeconds: 3_600 },
      };
      let tries = 0;
      open().schedule(rows, async (schedule) => {
        if (schedule !== "retention") return;
        tries += 1;
        if (tries === 1) throw new Error("the database is away");
      });
      await eventually(() => expect(tries).toBe(2));
    });

    test("closing a worker waits for what is in hand, and takes no more", async () => {
      const queue = open();
      const held = Promise.withResolvers<Verdict>();
      const began = Promise.withResolvers<void>();
      const happened: string[] = [];
      const worker = queue.work("jobs", {
        concurrency: 1,
        async handle(id) {
          began.resolve();
          const verdict = await held.promise;
          happened.push(id);
          return verdict;
        },
      });
      await queue.add("jobs", ["one", "two"]);
      await began.promise;
      const closed = worker.close().then(() => happened.push("closed"));
      held.resolve("done");
      await closed;
      expect(happened).toEqual(["one", "closed"]);
      expect(await queue.depth("jobs")).toMatchObject({ waiting: 1, active: 0 });
    });

    describe("with the backend away", () => {
      test("what is opened before it is up works once it is", async () => {
        await server.kill();
        const queue = open();
        await expect(queue.add("jobs", ["early"])).rejects.toThrow();
        await expect(queue.depth("jobs")).rejects.toThrow();
        const { ids: handled } = work(queue);
        await server.restart();
        await eventually(() => queue.add("jobs", ["one"]));
        await eventually(() => expect(handled()).toContain("one"));
      });

      test("workers and producers come back after a crash of it", async () => {
        const queue = open();
        const { ids: handled } = work(queue);
        await queue.add("jobs", ["before"]);
        await untilEmpty(queue);
        await server.kill();
        await expect(queue.add("jobs", ["during"])).rejects.toThrow();
        await server.restart();
        await eventually(() => queue.add("jobs", ["after"]));
        await eventually(() => expect(handled()).toContain("after"));
      });

      test("an entry in hand during a crash of it is finished with", async () => {
        const queue = open();
        const held = await holdOne(queue);
        await server.kill();
        held.resolve("done");
        await server.restart();
        await untilEmpty(queue, recoveryMs);
      });

      test("everything can be closed while it is down, with an entry in hand too", async () => {
        const queue = open();
        const held = await holdOne(queue);
        await server.kill();
        const never = open();
        work(never);
        const closed = Promise.all([queue.close(), never.close()]);
        held.resolve({ retryInMs: 1_000 });
        await closed;
        await server.restart();
      });

      test("a producer is told when it hangs, and is served again when it does not", async () => {
        const proxy = await startProxy();
        const queue = open(proxy.url);
        await queue.add("jobs", ["before"]);
        proxy.hang();
        const startedAt = Date.now();
        await expect(queue.add("jobs", ["during"])).rejects.toThrow();
        await expect(queue.depth("jobs")).rejects.toThrow();
        expect(Date.now() - startedAt).toBeLessThan(3 * queueTiming.deadlineMs);
        proxy.resume();
        await eventually(() => queue.add("jobs", ["after"]));
        const { ids: handled } = work(queue);
        await eventually(() => expect(handled()).toEqual(expect.arrayContaining(["before", "after"])));
      });

      test("what is opened while it hangs works once it does not", async () => {
        const proxy = await startProxy();
        proxy.hang();
        const queue = open(proxy.url);
        const { ids: handled } = work(queue);
        await expect(queue.add("jobs", ["during"])).rejects.toThrow();
        proxy.resume();
        await eventually(() => queue.add("jobs", ["after"]));
        await eventually(() => expect(handled()).toContain("after"));
      });

      test("everything can be closed while it hangs", async () => {
        const proxy = await startProxy();
        const queue = open(proxy.url);
        work(queue);
        await queue.add("jobs", ["one"]);
        await untilEmpty(queue);
        proxy.hang();
        await queue.close();
      });

      test("connections that died without a word are replaced", async () => {
        const proxy = await startProxy();
        const queue = open(proxy.url);
        const { ids: handled } = work(queue);
        await queue.add("jobs", ["before"]);
        await untilEmpty(queue);
        proxy.strand();
        await eventually(() => queue.add("jobs", ["after"]));
        await eventually(() => expect(handled()).toContain("after"), 2 * queueTiming.lockMs);
      });

      test("a backend that closes every connection at once is not stormed by a worker with much to do", async () => {
        const proxy = await startProxy();
        const queue = open(proxy.url);
        const handled = new Set<string>();
        queue.work("jobs", {
          concurrency: 4,
          async handle(id) {
            handled.add(id);
            await delay(10);
            return "done";
          },
        });
        await queue.add("jobs", ids(1_000));
        await eventually(() => expect(handled.size).toBeGreaterThan(10));
        const before = proxy.connections();
        proxy.cut();
        await delay(3_000);
        expect(proxy.connections() - before).toBeLessThan(100);
        proxy.resume();
        await untilEmpty(queue, recoveryMs);
        expect(handled.size).toBe(1_000);
      });
    });
  });
}
