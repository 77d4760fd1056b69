import { v7 as uuid } from "uuid";
import type { Remediation, RemediationEnding } from "../../api/ports.ts";
import { limits } from "../../catalogue/limits.ts";
import type { RemediationOutcome } from "../../catalogue/names.ts";
import { queueTiming } from "../../catalogue/queue.ts";
import type { Facts } from "../../health/judge.ts";
import type { Database, Sql } from "./database.ts";

/** Makes replicas that would begin wait for each other. Any constant of our own will do. */
const beginLock = 0x676f7a6d;

export interface RemediationStore {
  /**
   * The id of an attempt that is to be made now; `undefined` when one is under way, the last is too short ago, or there
   * were too many. All replicas together get an id as often as the limits say.
   */
  begin(alert: string): Promise<string | undefined>;
  end(id: string, ending: RemediationEnding): Promise<void>;
  /** The last `limits.remediationsListed`, newest first. */
  list(): Promise<readonly Remediation[]>;
}

interface Row {
  readonly id: string;
  readonly alert: string;
  readonly started_at: Date;
  readonly ended_at: Date | null;
  readonly outcome: RemediationOutcome | null;
  readonly reason: string | null;
  readonly output: string;
}

function readRow({ id, alert, started_at, ended_at, outcome, reason, output }: Row): Remediation {
  const attempt = { id, alert, startedAt: started_at };
  if (ended_at === null || outcome === null) return attempt;
  return { ...attempt, ending: { endedAt: ended_at, outcome, output, ...(reason !== null && { reason }) } };
}

/** Whoever began such an attempt has died, or could not reach the database for as long as it tries to. */
async function endAbandoned(sql: Sql): Promise<void> {
  await sql.query(
    "ending abandoned remediations",
    `update remediations set ended_at = clock_timestamp(), outcome = 'failed',
       reason = 'its end was never recorded'
     where outcome is null and started_at < statement_timestamp() - make_interval(secs => $1)`,
    [limits.remediationAbandonedSeconds + queueTiming.deadlineMs / 1_000],
  );
}

export function createRemediationStore(database: Database): RemediationStore {
  return {
    begin: (alert) =>
      database.transaction("beginning a remediation", async (sql) => {
        await sql.query("beginning a remediation", "select pg_advisory_xact_lock($1)", [beginLock]);
        await endAbandoned(sql);
        const [begun] = await sql.query<{ id: string }>(
          "beginning a remediation",
          `insert into remediations (id, alert)
           select $1::uuid, $2::text
           where not exists (select from remediations where alert = $2 and (outcome is null
               or started_at > statement_timestamp() - make_interval(secs => $3)))
             and (select count(*) from remediations
               where alert = $2 and started_at > statement_timestamp() - make_interval(secs => $4)) < $5
           returning id`,
          [
            uuid(),
            alert,
            limits.remediationPauseSeconds,
            limits.remediationWindowSeconds,
            limits.remediationsPerWindow,
          ],
        );
        return begun?.id;
      }),

    async end(id, { outcome, reason, output }) {
      await database.query(
        "recording how a remediation ended",
        `update remediations set ended_at = clock_timestamp(), outcome = $2, reason = $3, output = $4
         where id = $1 and outcome is null`,
        [id, outcome, reason ?? null, output],
      );
    },

    async list() {
      await endAbandoned(database);
      const rows = await database.query<Row>(
        "listing the remediations",
        "select * from remediations order by started_at desc, id desc limit $1",
        [limits.remediationsListed],
      );
      return rows.map(readRow);
    },
  };
}

/** How many attempts ended in each way; nothing where none is configured and none ever ended. */
export async function readRemediationFacts(
  sql: Sql,
  { configured }: { readonly configured: boolean },
): Promise<Pick<Facts, "remediations">> {
  await endAbandoned(sql);
  const rows = await sql.query<{ outcome: RemediationOutcome; count: number }>(
    "counting the remediations",
    "select outcome, count(*)::float8 as count from remediations where outcome is not null group by outcome",
  );
  if (rows.length === 0 && !configured) return {};
  const count = (of: RemediationOutcome) => rows.find(({ outcome }) => outcome === of)?.count ?? 0;
  return { remediations: { succeeded: count("succeeded"), failed: count("failed") } };
}
