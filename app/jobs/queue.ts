import type { QueueName, QueueState, ScheduleName } from "../catalogue/names.ts";

/** What became of an entry: finished with, or to be handled again after a while. */
export type Verdict = "done" | { readonly retryInMs: number };

export interface Worker {
  /** Takes no more entries and waits for those in hand. */
  close(): Promise<void>;
}

/**
 * A queue of ids: what an id means stands in Postgres. An id is in a queue once; adding it again changes nothing.
 * An entry whose worker dies is handed to another. `handle` may therefore run twice for one id, even at once.
 */
export interface QueueBackend {
  /** Rejects when the backend does not take them in time; then some may be in, and adding again is harmless. */
  add(queue: QueueName, ids: readonly string[]): Promise<void>;
  /** Which of the ids the queue still knows: waiting, delayed or in hand. */
  known(queue: QueueName, ids: readonly string[]): Promise<ReadonlySet<string>>;
  depth(queue: QueueName): Promise<Readonly<Record<QueueState, number>>>;
  work(queue: QueueName, options: { readonly concurrency: number; handle(id: string): Promise<Verdict> }): Worker;
  /** Runs each schedule at its interval on one of the workers that call this. */
  schedule(
    rows: Readonly<Record<ScheduleName, { readonly everySeconds: number }>>,
    handle: (name: ScheduleName) => Promise<void>,
  ): Worker;
  close(): Promise<void>;
}
