import type { QueueName } from "../catalogue/names.ts";
import { errorMessage } from "../error-message.ts";
import type { TraceCarrier } from "../telemetry/trace-carrier.ts";
import type { Tracing } from "../telemetry/tracing.ts";
import type { QueueBackend } from "./queue.ts";

/** The queues that mirror rows in Postgres. */
const relayed = ["jobs", "webhooks"] as const satisfies readonly QueueName[];
export type Relayed = (typeof relayed)[number];

interface OutboxEntry {
  readonly queue: QueueName;
  readonly id: string;
  /** The trace that handing it over belongs to. */
  readonly carrier: TraceCarrier;
}

export interface Outbox {
  /** Hands over up to `limit` entries and forgets them once `handOver` has resolved. Returns how many there were. */
  take(limit: number, handOver: (entries: readonly OutboxEntry[]) => Promise<void>): Promise<number>;
  put(queue: QueueName, ids: readonly string[]): Promise<void>;
}

/** Ids of what has not ended, in order, a page at a time. */
export interface OpenEntries {
  /** Entries that have been open for `olderThanMs` or longer, with ids after `after`; those in the outbox are left out. */
  open(
    queue: Relayed,
    page: { readonly after?: string; readonly olderThanMs: number; readonly limit: number },
  ): Promise<readonly string[]>;
  /** Which of the ids are open now. */
  stillOpen(queue: Relayed, ids: readonly string[]): Promise<readonly string[]>;
}

export interface RelayOptions {
  readonly outbox: Outbox;
  readonly entries: OpenEntries;
  readonly queue: Pick<QueueBackend, "add" | "known">;
  readonly timing: {
    readonly pollMs: number;
    readonly batch: number;
    readonly sweepMs: number;
    readonly sweepAgeMs: number;
  };
  readonly tracing: Pick<Tracing, "run">;
  readonly log: (level: "info" | "warn", message: string) => void;
}

export interface Relay {
  /** Something was committed to the outbox just now: do not wait for the next poll. */
  poke(): void;
  close(): Promise<void>;
}

/**
 * Hands what the outbox holds to the queues: at once after a commit in this process, and by polling what another process
 * committed or a crash left behind. A sweep also compares what is open in Postgres with what the queue knows, and puts
 * back what the queue has lost, so a Redis that comes back empty loses no job.
 */
export function createRelay({ outbox, entries, queue, timing, tracing, log }: RelayOptions): Relay {
  let closed = false;
  let troubled = false;
  let wake: () => void = () => {};
  let poked = false;
  const cursors = new Map<Relayed, string>();
  let nextSweep = Date.now() + timing.sweepMs;

  /** One of each trace's entries. None while the queue is away: each try would leave the same failed span again. */
  function listTraces(batch: readonly OutboxEntry[]): Iterable<TraceCarrier> {
    if (troubled) return [];
    const traced = batch.flatMap(({ carrier }) => {
      const traceId = carrier.traceparent?.split("-")[1];
      return traceId === undefined ? [] : [[traceId, carrier] as const];
    });
    return new Map(traced).values();
  }

  async function handOver(batch: readonly OutboxEntry[]): Promise<void> {
    for (const name of relayed) {
      const mine = batch.filter((entry) => entry.queue === name);
      const attributes = {
        "messaging.system": "bullmq",
        "messaging.operation.type": "send",
        "messaging.destination.name": name,
        "messaging.batch.message_count": mine.length,
      };
      /** They go together: one call, and a span around it in each trace that has an entry in it. */
      const send = [...listTraces(mine)].reduce(
        (add, parent) => () => tracing.run(`send ${name}`, { kind: "producer", parent, attributes }, add),
        () =>
          queue.add(
            name,
            mine.map(({ id }) => id),
          ),
      );
      if (mine.length > 0) await send();
    }
  }

  /** Compares one page; returns whether the next is to be compared at once: who has lost one page has lost more. */
  async function sweep(name: Relayed): Promise<boolean> {
    const after = cursors.get(name);
    const page = { olderThanMs: timing.sweepAgeMs, limit: timing.batch, ...(after !== undefined && { after }) };
    const ids = await entries.open(name, page);
    const known = await queue.known(name, ids);
    const unknown = ids.filter((id) => !known.has(id));
    // What has ended meanwhile, the queue was right to forget: it does so after Postgres knows of the end.
    const lost = unknown.length === 0 ? [] : await entries.stillOpen(name, unknown);
    if (lost.length > 0) {
      await outbox.put(name, lost);
      log("warn", `the queue had lost ${lost.length} of the ${name}: put back`);
    }
    const last = ids.length === timing.batch ? ids.at(-1) : undefined;
    if (last === undefined) cursors.delete(name);
    else cursors.set(name, last);
    return last !== undefined && lost.length > 0;
  }

  /** One round; returns whether there may be more to do at once. */
  async function round(): Promise<boolean> {
    if (Date.now() >= nextSweep) {
      nextSweep = Date.now() + timing.sweepMs;
      for (const name of relayed) if (await sweep(name)) nextSweep = 0;
    }
    const taken = await outbox.take(timing.batch, handOver);
    return nextSweep === 0 || taken === timing.batch;
  }

  async function loop(): Promise<void> {
    while (!closed) {
      let more = false;
      poked = false;
      try {
        more = await round();
        if (troubled) log("info", "the outbox is being emptied again");
        troubled = false;
      } catch (error) {
        if (!troubled) log("warn", `the outbox waits: ${errorMessage(error)}`);
        troubled = true;
      }
      if (more || closed || (poked && !troubled)) continue;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, timing.pollMs);
        wake = () => {
          if (troubled) return;
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
  const running = loop();

  return {
    poke() {
      poked = true;
      wake();
    },
    async close() {
      closed = true;
      troubled = false;
      wake();
      await running;
    },
  };
}
