import { mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { parseArgs } from "node:util";
import packageJson from "../../package.json" with { type: "json" };
import { startPostgres } from "../e2e/programs.ts";
import { apiKey, startServiceProcess } from "../e2e/service-process.ts";
import { connect } from "./fill.ts";
import { openFilled } from "./filled-database.ts";
import { readMachine } from "./machine.ts";
import { createProgress } from "./progress.ts";
import { judge, renderReport } from "./report.ts";
import { measure, type Side } from "./requests.ts";

const help = `Usage: npm run bench:telemetry -- [options]

Fills two databases of one Postgres with jobs, starts the API on each, and compares how long
GET /api/health, GET /api/telemetry and GET /metrics take. Exits with 1 when an aim is missed.

  --small N       jobs in the one database (10000)
  --large N       jobs in the other (10000000: about 5 GB and a few minutes)
  --rounds N      rounds of 1000 requests each (3)
  --keep FOLDER   keep Postgres' data there, for another run: what is there already is not filled again
  --out FILE      write the results there too
  --help
`;

const requests = 1_000;
/** Ids of jobs that the requests ask for. */
const idsWanted = 2_000;

function readCount(name: string, text: string): number {
  const value = Number(text.replaceAll("_", ""));
  if (!Number.isSafeInteger(value) || value < 1)
    throw new Error(`--${name} is ${JSON.stringify(text)}: must be a whole number, 1 or more`);
  return value;
}

function readOptions(args: readonly string[]) {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      small: { ...text, default: "10000" },
      large: { ...text, default: "10000000" },
      rounds: { ...text, default: "3" },
      keep: text,
      out: text,
      help: { type: "boolean", default: false },
    },
  });
  const [small, large] = [readCount("small", values.small), readCount("large", values.large)];
  if (small === large) throw new Error(`--small and --large are both ${small}: must differ, to compare something`);
  return { ...values, small, large, rounds: readCount("rounds", values.rounds) };
}

/** Starts the API on a filled database. */
async function startSide(url: string, jobs: number) {
  const client = await connect(url);
  const { rows } = await client.query<{ id: string }>(
    "select id from jobs tablesample system (least(100, 1000.0 * $1 / $2)) order by random() limit $1",
    [idsWanted, jobs],
  );
  await client.end();
  const service = await startServiceProcess({ ROLE: "api", DATABASE_URL: url, RATE_LIMIT: "off" });
  return { side: { url: service.url, apiKey, ids: rows.map((row) => row.id) } satisfies Side, close: service.close };
}

async function readCircumstances(server: string, rounds: number): Promise<string[]> {
  const client = await connect(server);
  const { rows } = await client.query<{ server_version: string }>("show server_version");
  await client.end();
  return [
    ...readMachine(),
    `Versions: gozcu ${packageJson.version}, Node ${process.versions.node}, Postgres ${rows[0]?.server_version ?? "?"} with its default settings`,
    `${rounds} rounds of ${requests} requests of each kind at each side; one at a time (concurrency 1), on kept connections, small and large in turns`,
    "Both databases are in one server. The windows have rows in all 16 shards, as many processes leave them. No worker runs; between the rounds jobs are submitted and cancelled.",
  ];
}

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(help);
    return 0;
  }
  const { small, large, rounds } = options;
  const folder = options.keep ?? tmpdir();
  await mkdir(folder, { recursive: true });

  const opened: (() => Promise<void>)[] = [];
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= (async () => {
      for (const step of opened.reverse()) await step();
    })();
    return closing;
  };
  // The server is in a session of its own, and would outlive us.
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => void close().finally(() => process.exit(130)));
  try {
    const server = await startPostgres(options.keep === undefined ? {} : { folder: options.keep });
    opened.push(server.close);
    const sides: Side[] = [];
    for (const jobs of [small, large]) {
      const { side, close } = await startSide(await openFilled(server.url, folder, jobs), jobs);
      opened.push(close);
      sides.push(side);
    }
    const [smallSide, largeSide] = sides;
    if (smallSide === undefined || largeSide === undefined) throw new Error("a side did not start");
    const circumstances = await readCircumstances(server.url, rounds);
    const progress = createProgress("requests");
    const measured = await measure({ small: smallSide, large: largeSide, rounds, requests, onProgress: progress.tell });
    progress.end();
    const findings = measured.map(judge);
    const report = renderReport({ findings, jobs: { small, large }, circumstances });
    process.stdout.write(report);
    if (options.out !== undefined) await writeFile(options.out, report);
    return findings.some(({ misses }) => misses.length > 0) ? 1 : 0;
  } finally {
    await close();
  }
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`bench:telemetry: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(2);
  },
);
