import { type Paint, plain } from "./paint.ts";
import { renderStartTable, type StartRow } from "./start-row.ts";

export interface Introduction {
  readonly version: string;
  readonly seconds: number;
  readonly rows: readonly StartRow[];
  /** What the table does not tell, a line each. */
  readonly notes: readonly string[];
  readonly url: string;
  readonly dataFolder: string;
  /** The key that was made in this start, and is shown this once. */
  readonly madeApiKey?: string | undefined;
  /** Whether the key is in the data folder; else whoever has given it knows it. */
  readonly keyIsInFolder: boolean;
}

/** A word for a POSIX shell. */
function quote(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** The command that posts a first job; it can be pasted into a shell in the same folder. */
export function renderFirstJob({
  url,
  dataFolder,
  keyIsInFolder,
}: Pick<Introduction, "url" | "dataFolder" | "keyIsInFolder">): string {
  const key = keyIsInFolder ? `$(cat ${quote(`${dataFolder}/api-key`)})` : "$API_KEY";
  const body = JSON.stringify({ type: "image", prompt: "a lighthouse in the fog" });
  return `curl -s ${url}/api/jobs -H "X-API-Key: ${key}" -H 'Content-Type: application/json' -d '${body}'`;
}

/** What a person at a terminal is told when everything is started. */
export function renderIntroduction(told: Introduction, paint: Paint = plain): string {
  const { version, seconds, rows, notes, url, dataFolder, madeApiKey } = told;
  const key =
    madeApiKey === undefined
      ? []
      : [
          `  API key  ${paint("bold", madeApiKey)}  ${paint("dim", `(shown this once; kept in ${dataFolder}/api-key)`)}`,
          "",
        ];
  const next = [
    ["look", `${paint("cyan", `${url}/`)} is the status page`],
    ["submit", renderFirstJob(told)],
    ["stop", "Ctrl-C finishes the jobs in hand; the next start finds the data again"],
  ];
  const width = Math.max(...next.map(([what = ""]) => what.length));
  const lines = [
    "",
    paint("bold", `Gözcü ${version} is ready in ${seconds.toFixed(1)} s`),
    "",
    renderStartTable(rows, paint),
    ...(notes.length > 0 ? [...notes.map((note) => `  ${paint("dim", "·")} ${note}`), ""] : []),
    ...key,
    ...next.map(([what = "", how]) => `  ${paint("dim", what.padEnd(width))}  ${how}`),
  ];
  return `${lines.join("\n")}\n\n`;
}
