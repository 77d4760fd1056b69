import type { SourceReport, TelemetryDesk } from "../../api/ports.ts";
import { limits } from "../../catalogue/limits.ts";
import type { Database, Sql } from "./database.ts";
import { readFacts } from "./statistics.ts";

/** Makes reports wait for each other, so that two cannot pass a limit together. Any constant of our own will do. */
const reportLock = 0x676f7a;

export async function readSources(sql: Sql): Promise<readonly SourceReport[]> {
  const rows = await sql.query<{ source: string; metrics: Record<string, number>; reported_at: Date }>(
    "reading the telemetry sources",
    "select source, metrics, reported_at from telemetry_sources order by source",
  );
  return rows.map((row) => ({ source: row.source, metrics: row.metrics, reportedAt: row.reported_at }));
}

/** Two-way telemetry: our own numbers out, and what others reported in. A source's report adds to what it reported before. */
export function createTelemetryDesk(database: Database): TelemetryDesk {
  return {
    statistics: async () => (await readFacts(database)).statistics,
    sources: () => readSources(database),
    report: (source, metrics) =>
      database.transaction("taking a telemetry report", async (sql) => {
        await sql.query("taking a telemetry report", "select pg_advisory_xact_lock($1)", [reportLock]);
        const [counts] = await sql.query<{ others: number; names: number }>(
          "counting the telemetry sources",
          `select (select count(*) from telemetry_sources where source <> $1)::int as others,
             (select count(*) from jsonb_object_keys(
                coalesce((select metrics from telemetry_sources where source = $1), '{}') || $2::jsonb))::int as names`,
          [source, JSON.stringify(metrics)],
        );
        if (counts === undefined || counts.others >= limits.sources) return { limit: "sources" };
        if (counts.names > limits.metricsPerSource) return { limit: "metricsPerSource" };
        await sql.query(
          "taking a telemetry report",
          `insert into telemetry_sources as s (source, metrics) values ($1, $2)
           on conflict (source) do update set metrics = s.metrics || excluded.metrics, reported_at = clock_timestamp()`,
          [source, JSON.stringify(metrics)],
        );
        return {};
      }),
  };
}
