import { once } from "node:events";
import { Agent, get, type IncomingMessage } from "node:http";
import { type HistoryRange, historyRanges } from "../../../app/catalogue/history.ts";
import { pageRoutes } from "../../../app/catalogue/status-page.ts";

const ranges = Object.keys(historyRanges) as readonly HistoryRange[];

export interface Streams {
  /** How many events each has received so far. */
  events(): readonly number[];
  bytes(): number;
  /** How many the service has ended. */
  ended(): number;
  close(): Promise<void>;
}

/** Counts the events of a stream, whose lines may be cut anywhere. */
export function createEventCounter() {
  let line = "";
  let count = 0;
  return {
    take(chunk: string): void {
      const lines = (line + chunk).split("\n");
      line = lines.pop() ?? "";
      count += lines.filter((text) => text.startsWith("event:")).length;
    },
    count: () => count,
  };
}

/** Every other one has the key, and looks at one of the ranges; the rest see what everybody may. */
function chooseView(n: number): { readonly path: string; readonly details: boolean } {
  const range = ranges[Math.floor(n / 2) % ranges.length] ?? "1h";
  return { path: `${pageRoutes.events.route}?range=${range}`, details: n % 2 === 1 };
}

/** Opens event streams as so many open pages do, one connection each, and reads whatever comes. */
export async function openStreams(url: string, count: number, cookie: string): Promise<Streams> {
  const agent = new Agent({ maxSockets: Number.POSITIVE_INFINITY });
  const counters: ReturnType<typeof createEventCounter>[] = [];
  const answers: IncomingMessage[] = [];
  let bytes = 0;
  let ended = 0;
  for (let n = 0; n < count; n += 1) {
    const { path, details } = chooseView(n);
    const request = get(new URL(path, url), { agent, headers: details ? { cookie } : {} });
    const [answer] = (await once(request, "response")) as [IncomingMessage];
    if (answer.statusCode !== 200) throw new Error(`GET ${path} gave ${answer.statusCode} to stream ${n + 1}`);
    const counter = createEventCounter();
    answer.setEncoding("utf8");
    answer.on("data", (chunk: string) => {
      bytes += Buffer.byteLength(chunk);
      counter.take(chunk);
    });
    answer.on("close", () => {
      ended += 1;
    });
    // Its end, be it ours or the service's, is counted above.
    answer.on("error", () => {});
    counters.push(counter);
    answers.push(answer);
  }
  return {
    events: () => counters.map((counter) => counter.count()),
    bytes: () => bytes,
    ended: () => ended,
    async close() {
      const closed = answers.filter(({ closed }) => !closed).map((answer) => once(answer, "close"));
      for (const answer of answers) answer.destroy();
      await Promise.all(closed);
      agent.destroy();
    },
  };
}
