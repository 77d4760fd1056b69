import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import type { QueueName } from "../catalogue/names.ts";
import type { TraceCarrier } from "../telemetry/trace-carrier.ts";
import { createFakeTracing } from "./fake-tracing.ts";
import { createRelay, type Relay, type Relayed } from "./relay.ts";

const timing = { pollMs: 1_000, batch: 3, sweepMs: 10_000, sweepAgeMs: 20_000 };

/** The outbox, the open entries and the queue in memory. */
function createWorld() {
  const world = {
    outbox: [] as { readonly queue: QueueName; readonly id: string; readonly carrier: TraceCarrier }[],
    queued: [] as string[],
    open: { jobs: [] as string[], webhooks: [] as string[] },
    pages: [] as unknown[],
    logged: [] as unknown[][],
    /** Awaited whenever the queue is talked to; may throw. */
    queue: async (): Promise<void> => undefined,
    takes: 0,
    tracing: createFakeTracing(),
  };
  const relay = createRelay({
    outbox: {
      async take(limit, handOver) {
        world.takes += 1;
        const batch = world.outbox.slice(0, limit);
        if (batch.length > 0) await handOver(batch);
        world.outbox.splice(0, batch.length);
        return batch.length;
      },
      async put(queue, ids) {
        world.outbox.push(...ids.map((id) => ({ queue, id, carrier: {} })));
      },
    },
    entries: {
      async open(queue: Relayed, page) {
        world.pages.push([queue, page]);
        return world.open[queue].filter((id) => id > (page.after ?? "")).slice(0, page.limit);
      },
      stillOpen: async (queue, ids) => world.open[queue].filter((id) => ids.includes(id)),
    },
    queue: {
      async add(queue, ids) {
        await world.queue();
        world.queued.push(...ids.map((id) => `${queue} ${id}`));
      },
      async known(queue, ids) {
        await world.queue();
        return new Set(ids.filter((id) => world.queued.includes(`${queue} ${id}`)));
      },
    },
    timing,
    tracing: world.tracing,
    log: (...args) => void world.logged.push(args),
  });
  relays.push(relay);
  return Object.assign(world, {
    relay,
    commit(...ids: string[]) {
      world.outbox.push(...ids.map((id) => ({ queue: "jobs" as const, id, carrier: {} })));
    },
  });
}

const relays: Relay[] = [];
const advance = (ms: number) => jest.advanceTimersByTimeAsync(ms);

async function away(): Promise<never> {
  throw new Error("the queue did not answer");
}

beforeEach(() => void jest.useFakeTimers());
afterEach(async () => {
  for (const relay of relays.splice(0)) await relay.close();
  expect(jest.getTimerCount()).toBe(0);
  jest.useRealTimers();
});

describe("the relay", () => {
  const carrierIn = (trace: string, span: string) => ({ traceparent: `00-${trace}-${span}-01` });
  const entry = (id: string, carrier: TraceCarrier) => ({ queue: "jobs" as const, id, carrier });

  test("traces a hand-over once in each trace that has an entry in it, around one call to the queue", async () => {
    const world = createWorld();
    await advance(0);
    world.outbox.push(
      entry("1", carrierIn("a", "1")),
      entry("2", carrierIn("b", "2")),
      entry("3", carrierIn("a", "3")),
    );
    world.relay.poke();
    await advance(0);
    expect(world.queued).toEqual(["jobs 1", "jobs 2", "jobs 3"]);
    expect(world.tracing.spans.map(({ name, options }) => [name, options.parent])).toEqual([
      ["send jobs", carrierIn("b", "2")],
      ["send jobs", carrierIn("a", "3")],
    ]);
  });

  test("traces the first try while the queue is away, and not those after it", async () => {
    const world = createWorld();
    await advance(0);
    world.queue = away;
    world.outbox.push(entry("1", carrierIn("a", "1")));
    await advance(timing.pollMs * 3);
    expect(world.takes).toBeGreaterThan(2);
    expect(world.tracing.spans).toHaveLength(1);
  });

  test("hands over at once what it is told of", async () => {
    const world = createWorld();
    await advance(0);
    world.commit("a");
    world.relay.poke();
    await advance(0);
    expect(world.queued).toEqual(["jobs a"]);
    expect(world.outbox).toEqual([]);
  });

  test("hands over at the next poll what nobody told it of", async () => {
    const world = createWorld();
    await advance(0);
    world.commit("a");
    await advance(timing.pollMs - 1);
    expect(world.queued).toEqual([]);
    await advance(1);
    expect(world.queued).toEqual(["jobs a"]);
  });

  test("hands each entry to its own queue", async () => {
    const world = createWorld();
    world.outbox.push({ queue: "webhooks", id: "w", carrier: {} }, { queue: "jobs", id: "j", carrier: {} });
    await advance(timing.pollMs);
    expect(world.queued).toEqual(["jobs j", "webhooks w"]);
  });

  test("goes on without a pause while there is a full batch", async () => {
    const world = createWorld();
    await advance(0);
    world.commit("a", "b", "c", "d", "e", "f", "g");
    world.relay.poke();
    await advance(0);
    expect(world.queued).toHaveLength(7);
  });

  test("hears of a commit during a round", async () => {
    const world = createWorld();
    await advance(0);
    const { promise, resolve } = Promise.withResolvers<void>();
    world.queue = () => promise;
    world.commit("a");
    world.relay.poke();
    await advance(0);
    world.commit("b");
    world.relay.poke();
    resolve();
    await advance(0);
    expect(world.queued).toEqual(["jobs a", "jobs b"]);
  });
});

describe("while the queue is away", () => {
  test("the outbox is kept, and the outage and its end are told once each", async () => {
    const world = createWorld();
    await advance(0);
    world.queue = away;
    world.commit("a");
    await advance(timing.pollMs * 5);
    expect(world.outbox).toHaveLength(1);
    expect(world.logged).toEqual([["warn", "the outbox waits: the queue did not answer"]]);
    world.queue = async () => undefined;
    await advance(timing.pollMs * 5);
    expect(world.queued).toEqual(["jobs a"]);
    expect(world.outbox).toEqual([]);
    expect(world.logged.slice(1)).toEqual([["info", "the outbox is being emptied again"]]);
  });

  test("commits do not hurry it, neither during a round nor after it", async () => {
    const world = createWorld();
    world.queue = () => {
      world.relay.poke();
      return away();
    };
    world.commit("a");
    await advance(timing.pollMs);
    expect(world.takes).toBe(2);
    world.relay.poke();
    await advance(timing.pollMs - 1);
    expect(world.takes).toBe(2);
    await advance(1);
    expect(world.takes).toBe(3);
  });

  test("a second outage is told again", async () => {
    const world = createWorld();
    for (let i = 0; i < 2; i += 1) {
      world.queue = away;
      world.commit("a");
      await advance(timing.pollMs * 2);
      world.queue = async () => undefined;
      await advance(timing.pollMs * 2);
    }
    expect(world.logged.map(([level]) => level)).toEqual(["warn", "info", "warn", "info"]);
  });
});

describe("the sweep", () => {
  test("puts back what is open and unknown to the queue", async () => {
    const world = createWorld();
    world.open.jobs = ["a", "b"];
    world.open.webhooks = ["w"];
    world.queued.push("jobs b");
    await advance(timing.sweepMs - 1);
    expect(world.queued).toEqual(["jobs b"]);
    await advance(timing.pollMs);
    expect(world.queued).toEqual(["jobs b", "jobs a", "webhooks w"]);
    expect(world.logged).toEqual([
      ["warn", "the queue had lost 1 of the jobs: put back"],
      ["warn", "the queue had lost 1 of the webhooks: put back"],
    ]);
  });

  test("looks at a page each time, only at what is old enough, and begins again after the last", async () => {
    const world = createWorld();
    world.open.jobs = ["a", "b", "c", "d"];
    world.queued.push("jobs a", "jobs b", "jobs c", "jobs d");
    await advance(timing.sweepMs * 3 + timing.pollMs);
    const page = { olderThanMs: timing.sweepAgeMs, limit: timing.batch };
    expect(world.pages.filter((_, i) => i % 2 === 0)).toEqual([
      ["jobs", page],
      ["jobs", { ...page, after: "c" }],
      ["jobs", page],
    ]);
    expect(world.pages.filter((_, i) => i % 2 === 1)).toEqual(Array(3).fill(["webhooks", page]));
    expect(world.logged).toEqual([]);
  });

  test("does not pass over a page that could not be compared", async () => {
    const world = createWorld();
    world.open.jobs = ["a", "b", "c", "d"];
    world.queue = away;
    await advance(timing.sweepMs + timing.pollMs);
    world.queue = async () => undefined;
    await advance(timing.sweepMs + timing.pollMs);
    expect(world.queued).toEqual(["jobs a", "jobs b", "jobs c", "jobs d"]);
  });

  test("goes on at once to the next page after one with losses", async () => {
    const world = createWorld();
    world.open.jobs = ["a", "b", "c", "d", "e", "f", "g", "h"];
    await advance(timing.sweepMs);
    expect(world.queued).toHaveLength(8);
  });

  test("does not take for lost what has ended between the two looks", async () => {
    const world = createWorld();
    world.open.jobs = ["a", "b"];
    world.queue = async () => {
      world.open.jobs = ["b"];
    };
    await advance(timing.sweepMs);
    expect(world.queued).toEqual(["jobs b"]);
    expect(world.logged).toEqual([["warn", "the queue had lost 1 of the jobs: put back"]]);
  });
});

describe("closing the relay", () => {
  test("does not wait for the next poll, and nothing is handed over afterwards", async () => {
    const world = createWorld();
    await advance(0);
    await world.relay.close();
    world.commit("a");
    world.relay.poke();
    await advance(timing.pollMs * 2);
    expect(world.queued).toEqual([]);
  });

  test("lets the round under way come to its end", async () => {
    const world = createWorld();
    await advance(0);
    const { promise, resolve } = Promise.withResolvers<void>();
    world.queue = () => promise;
    world.commit("a");
    world.relay.poke();
    await advance(0);
    const closing = world.relay.close();
    resolve();
    await closing;
    expect(world.queued).toEqual(["jobs a"]);
    expect(world.outbox).toEqual([]);
  });

  test("does not wait for the queue to come back", async () => {
    const world = createWorld();
    world.queue = away;
    world.commit("a");
    await advance(timing.pollMs);
    await world.relay.close();
    expect(world.outbox).toHaveLength(1);
  });
});
