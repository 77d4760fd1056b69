import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import packageJson from "../package.json" with { type: "json" };
import { httpPart } from "./bench/http/part.ts";
import { jobsPart } from "./bench/jobs/part.ts";
import { readMachine } from "./bench/machine.ts";
import { renderPage, type Section } from "./bench/page.ts";
import type { BenchPart } from "./bench/part.ts";
import { createProgress } from "./bench/progress.ts";
import { scrapePart } from "./bench/scrape/part.ts";

/** In the order of the page. */
const parts: readonly BenchPart[] = [httpPart, jobsPart, scrapePart];

const help = `Usage: npm run bench -- [part …] [options]

Compares what telemetry costs, with nothing, with other libraries and with this one. Prints a page of
Markdown. Exits with 1 when an aim is missed. Without parts all of them run, some forty minutes with
the defaults; a part that is done is told of even when a later one fails:

${parts.map(({ name, help }) => `  ${name.padEnd(16)}${help}`).join("\n")}

  --rounds N      turns of each variant (7)
  --seconds N     length of a turn (10)
  --instructions  also count instructions, where perf or valgrind can (takes some minutes more)
  --out FOLDER    write the page there as bench.md, with its charts
  --quick         one short round, to see that it works: the figures mean nothing
  --help
`;

function readCount(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new Error(`--${name} is ${JSON.stringify(text)}: must be a whole number, 1 or more`);
  return value;
}

function findPart(name: string): BenchPart {
  const part = parts.find((candidate) => candidate.name === name);
  if (part === undefined)
    throw new Error(`there is no part ${JSON.stringify(name)}: must be ${parts.map(({ name }) => name).join(", ")}`);
  return part;
}

function readOptions(args: readonly string[]) {
  const [text, flag] = [{ type: "string" }, { type: "boolean", default: false }] as const;
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { rounds: text, seconds: text, out: text, instructions: flag, quick: flag, help: flag },
  });
  const { quick } = values;
  return {
    ...values,
    rounds: readCount("rounds", values.rounds ?? (quick ? "1" : "7")),
    seconds: readCount("seconds", values.seconds ?? (quick ? "1" : "10")),
    asked: positionals.length === 0 ? parts : positionals.map(findPart),
  };
}

async function publish(page: string, sections: readonly Section[], out: string | undefined): Promise<void> {
  process.stdout.write(page);
  if (out === undefined) return;
  const charts = sections.flatMap(({ result }) => Object.entries(result.charts));
  for (const [file, text] of [["bench.md", page] as const, ...charts]) await writeFile(join(out, file), text);
}

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(help);
    return 0;
  }
  const { asked, rounds, seconds, quick, instructions, out } = options;
  // What would fail at the end fails now.
  for (const part of asked) part.requirePrograms?.();
  if (out !== undefined) await mkdir(out, { recursive: true });
  const interruption = new AbortController();
  // Not only once: npm passes on what the terminal has sent already, and a second signal would leave processes behind.
  for (const name of ["SIGINT", "SIGTERM"] as const)
    process.on(name, () => interruption.abort(new Error(`stopped by ${name}`)));

  const circumstances = [...readMachine(), `Versions: gozcu ${packageJson.version}, Node ${process.versions.node}`];
  const sections: Section[] = [];
  try {
    for (const part of asked) {
      const progress = createProgress(part.name);
      const { signal } = interruption;
      const result = await part
        .run({ rounds, seconds, quick, instructions, signal, onProgress: progress.tell })
        // Whatever was under way then, this is the reason.
        .catch((error: unknown) => Promise.reject(signal.aborted ? signal.reason : error))
        .finally(progress.end);
      sections.push({ part, result: quick ? { ...result, misses: [] } : result });
    }
  } finally {
    const missing = asked.slice(sections.length).map(({ name }) => name);
    if (sections.length > 0) await publish(renderPage({ quick, circumstances, sections, missing }), sections, out);
  }
  return sections.some(({ result }) => result.misses.length > 0) ? 1 : 0;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(2);
  },
);
