import { existsSync } from "node:fs";
import { appendFile, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ReceivedSpan } from "../../../collector.ts";

/** A span as it is kept: its times are nanoseconds as text, which JSON takes. */
export type StoredSpan = Omit<ReceivedSpan, "start" | "end"> & { readonly start: string; readonly end: string };

const nanosecondsAMs = 1_000_000n;

export interface SpanStore {
  /** Resolves when they are in the file: a crash after that loses none. */
  add(spans: readonly ReceivedSpan[]): Promise<void>;
  /** None that is older than the time to live. */
  list(): readonly StoredSpan[];
}

/** A broken line is what a crash has left of a write that nobody was told had succeeded. */
function readLine(line: string): readonly StoredSpan[] {
  try {
    return line === "" ? [] : [JSON.parse(line) as StoredSpan];
  } catch {
    return [];
  }
}

/** Spans in a file below `folder`, without those that were too old at the start. */
export async function openSpanStore({ folder, ttlMs }: { readonly folder: string; readonly ttlMs: number }) {
  await mkdir(folder, { recursive: true });
  const file = join(folder, "spans.jsonl");
  const isFresh = ({ start }: StoredSpan) => Number(BigInt(start) / nanosecondsAMs) >= Date.now() - ttlMs;
  // Each line begins with its line break, so that a broken one takes no other with it.
  const render = (spans: readonly StoredSpan[]) => spans.map((span) => `\n${JSON.stringify(span)}`).join("");

  const text = existsSync(file) ? await readFile(file, "utf8") : "";
  const kept = text.split("\n").flatMap(readLine).filter(isFresh);
  await writeFile(`${file}.new`, render(kept));
  await rename(`${file}.new`, file);

  const store: SpanStore = {
    async add(spans) {
      const stored = spans.map((span) => ({ ...span, start: String(span.start), end: String(span.end) }));
      await appendFile(file, render(stored));
      kept.push(...stored);
    },
    list: () => kept.filter(isFresh),
  };
  return store;
}
