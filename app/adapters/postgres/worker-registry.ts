import type { Database } from "./database.ts";

export interface WorkerRegistry {
  /** This worker lives; `progressed` when it got on with a job since the last beat. */
  beat(progressed: boolean): Promise<void>;
  /** The last sign of life. */
  leave(): Promise<void>;
}

/**
 * One row a worker process, so that any API process can tell whether somebody works. It stays when the worker leaves,
 * and is forgotten by `retention`: how long nobody has been there counts from it, and a restart is no standstill.
 */
export function createWorkerRegistry(database: Database, id: string): WorkerRegistry {
  return {
    async beat(progressed) {
      await database.query(
        "saying that a worker lives",
        `insert into workers as w (id) values ($1) on conflict (id) do update set seen_at = clock_timestamp(),
           progressed_at = case when $2 then clock_timestamp() else w.progressed_at end`,
        [id, progressed],
      );
    },
    async leave() {
      const text = "update workers set seen_at = clock_timestamp() where id = $1";
      await database.query("taking leave of a worker", text, [id]);
    },
  };
}
