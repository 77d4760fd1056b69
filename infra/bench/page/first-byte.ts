import { setTimeout as delay } from "node:timers/promises";
import { Client } from "undici";
import { type HistoryRange, historyRanges } from "../../../app/catalogue/history.ts";
import { pageLimits, pageRoutes } from "../../../app/catalogue/status-page.ts";
import { eventually } from "../../e2e/eventually.ts";
import { logIn } from "../../e2e/page-client.ts";

/** What of the page is asked for, and how. */
export interface PageRow {
  readonly view: string;
  readonly path: string;
  /** Whether the API key has been entered. */
  readonly details: boolean;
  /** Whether between two visitors everything that is kept for a moment has been forgotten. */
  readonly paced: boolean;
}

const ranges = Object.keys(historyRanges) as readonly HistoryRange[];
const views = [
  { view: "for everybody", path: pageRoutes.page.route, details: false },
  ...ranges.map((range) => ({
    view: `with the key, ${range}`,
    path: `${pageRoutes.page.route}?range=${range}`,
    details: true,
  })),
];

/** In the order of the report. */
export const pageRows: readonly PageRow[] = [false, true].flatMap((paced) => views.map((view) => ({ ...view, paced })));

/** Asks for the page on one kept connection, one request after the other. */
async function createVisitor(url: string) {
  const client = new Client(url, { pipelining: 1 });
  const cookie = await logIn(url);

  async function ask({ path, details }: PageRow) {
    const startedAt = performance.now();
    const answer = await client.request({ method: "GET", path, headers: details ? { cookie } : {} });
    const ms = performance.now() - startedAt;
    const text = await answer.body.text();
    if (answer.statusCode !== 200) throw new Error(`GET ${url}${path} gave ${answer.statusCode}: ${text}`);
    return { ms, isWhole: text.includes('class="hit"') === details };
  }

  return {
    /** Until the past is known, which the page does not wait for the first time. */
    async prepare(row: PageRow): Promise<void> {
      await eventually(async () => {
        if (!(await ask(row)).isWhole) throw new Error(`GET ${url}${row.path} has not the charts that it should have`);
      });
    },
    /** Milliseconds to the first byte of the answer. @throws when it is not the whole page. */
    async measure(row: PageRow): Promise<number> {
      const { ms, isWhole } = await ask(row);
      if (!isWhole) throw new Error(`GET ${url}${row.path} has not the charts that it should have`);
      return ms;
    },
    close: () => client.close(),
  };
}

/** The samples of one row, in milliseconds. */
export interface MeasuredRow {
  readonly row: PageRow;
  readonly small: readonly number[];
  readonly large: readonly number[];
}

/** Not counted: connections are made, code is compiled, pages come into memory. */
const warmUp = 20;
/** After it a view is drawn anew. */
const pauseMs = pageLimits.tickMs + 50;

/** Measures each row at both services, which take turns request by request, each being first every other time. */
export async function measureFirstByte(options: {
  readonly small: string;
  readonly large: string;
  /** Of each row at each service; a tenth of it where each waits for its turn. */
  readonly requests: number;
  readonly onProgress: (doing: string, done: number, of: number) => void;
}): Promise<readonly MeasuredRow[]> {
  const visitors = { small: await createVisitor(options.small), large: await createVisitor(options.large) };
  const measured = pageRows.map((row) => ({ row, small: [] as number[], large: [] as number[] }));
  try {
    for (const [n, { row, small, large }] of measured.entries()) {
      const turns = [
        { visitor: visitors.small, samples: small },
        { visitor: visitors.large, samples: large },
      ];
      for (const { visitor } of turns) await visitor.prepare(row);
      const [skipped, counted] = row.paced ? [1, Math.ceil(options.requests / 10)] : [warmUp, options.requests];
      for (let i = -skipped; i < counted; i += 1) {
        if (row.paced) await delay(pauseMs);
        for (const { visitor, samples } of turns) {
          const ms = await visitor.measure(row);
          if (i >= 0) samples.push(ms);
        }
        turns.reverse();
      }
      options.onProgress("views measured", n + 1, measured.length);
    }
    return measured;
  } finally {
    await Promise.all([visitors.small.close(), visitors.large.close()]);
  }
}
