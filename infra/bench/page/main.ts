import { mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { parseArgs } from "node:util";
import packageJson from "../../../package.json" with { type: "json" };
import { startPostgres } from "../../e2e/programs.ts";
import { type ServiceProcess, startServiceProcess } from "../../e2e/service-process.ts";
import { connect } from "../fill.ts";
import { openFilled } from "../filled-database.ts";
import { readMachine } from "../machine.ts";
import { createProgress } from "../progress.ts";
import { measureFirstByte } from "./first-byte.ts";
import { inspectable } from "./inspected-memory.ts";
import { findMisses, renderPageReport } from "./report.ts";
import { measureStreams } from "./stream-rounds.ts";

const help = `Usage: npm run bench:page -- [options]

Fills two databases of one Postgres with jobs, starts the API on each, and measures how long the first
byte of the status page takes; then what the open event streams of its visitors cost the service.
Exits with 1 when an aim is missed.

  --small N       jobs in the one database (10000)
  --jobs N        jobs in the other (10000000: about 5 GB and a few minutes)
  --requests N    requests of each view at each (300), and a tenth of it with pauses between
  --streams N     streams that are open at a time (200)
  --seconds N     for so long (20)
  --rounds N      that many times (3)
  --keep FOLDER   keep Postgres' data there, for another run: what is there already is not filled again
  --out FILE      write the results there too
  --help
`;

function readCount(name: string, text: string): number {
  const value = Number(text.replaceAll("_", ""));
  if (!Number.isSafeInteger(value) || value < 1)
    throw new Error(`--${name} is ${JSON.stringify(text)}: must be a whole number, 1 or more`);
  return value;
}

const defaults = { small: "10000", jobs: "10000000", requests: "300", streams: "200", seconds: "20", rounds: "3" };

function readOptions(args: readonly string[]) {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{ small: text, jobs: text, requests: text, streams: text, seconds: text, rounds: text },
      ...{ keep: text, out: text },
      help: { type: "boolean", default: false },
    },
  });
  const read = (name: keyof typeof defaults) => readCount(name, values[name] ?? defaults[name]);
  const [small, large] = [read("small"), read("jobs")];
  if (small === large) throw new Error(`--small and --jobs are both ${small}: must differ, to compare something`);
  return {
    ...{ keep: values.keep, out: values.out, help: values.help, small, large },
    ...{ requests: read("requests"), streams: read("streams"), seconds: read("seconds"), rounds: read("rounds") },
  };
}

const startSide = (url: string, settings: Readonly<Record<string, string>> = {}): Promise<ServiceProcess> =>
  startServiceProcess({ ROLE: "api", DATABASE_URL: url, ...settings });

async function readCircumstances(server: string): Promise<readonly string[]> {
  const client = await connect(server);
  const { rows } = await client.query<{ server_version: string }>("show server_version");
  await client.end();
  return [
    ...readMachine(),
    `Versions: gozcu ${packageJson.version}, Node ${process.versions.node}, Postgres ${rows[0]?.server_version ?? "?"} with its default settings`,
    "Both databases are in one server, small and large in turns; one request at a time, on kept connections. No worker runs. The past comes from the database: there is no Prometheus.",
    "Every other stream has the key, and looks at one of the ranges; the others see what everybody may. Meanwhile jobs are submitted and cancelled. Memory is read after everything has been collected that could be.",
  ];
}

async function main(): Promise<number> {
  const {
    small,
    large,
    requests,
    streams,
    seconds,
    rounds,
    keep,
    out,
    help: asksHelp,
  } = readOptions(process.argv.slice(2));
  if (asksHelp) {
    process.stdout.write(help);
    return 0;
  }
  const folder = keep ?? tmpdir();
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
    const server = await startPostgres(keep === undefined ? {} : { folder: keep });
    opened.push(server.close);
    const urls = [await openFilled(server.url, folder, small), await openFilled(server.url, folder, large)] as const;
    const circumstances = await readCircumstances(server.url);
    const sides = [await startSide(urls[0]), await startSide(urls[1])] as const;
    opened.push(...sides.map((side) => side.close));
    const progress = createProgress("page");
    const rows = await measureFirstByte({
      ...{ small: sides[0].url, large: sides[1].url, requests },
      onProgress: progress.tell,
    });
    // Another process: what those requests left in memory is not to be taken for the streams'.
    const service = await startSide(urls[1], inspectable);
    opened.push(service.close);
    const found = await measureStreams({ service, streams, seconds, rounds, onProgress: progress.tell });
    progress.end();
    const findings = { rows, rounds: found, jobs: { small, large }, streams, seconds };
    const report = renderPageReport(findings, circumstances);
    process.stdout.write(report);
    if (out !== undefined) await writeFile(out, report);
    return findMisses(findings).length > 0 ? 1 : 0;
  } finally {
    await close();
  }
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`bench:page: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(2);
  },
);
