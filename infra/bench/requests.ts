import { Client } from "undici";
import { type EndpointName, endpoints } from "../../app/catalogue/endpoints.ts";

/** A service to be asked, and what of its jobs the requests need. */
export interface Side {
  readonly url: string;
  readonly apiKey: string;
  /** Ids of jobs from all over its table, in no order. */
  readonly ids: readonly string[];
}

export interface RequestRow {
  readonly endpoint: EndpointName;
  /** What of the endpoint is asked for, in words; "" when there is one way only. */
  readonly variant: string;
  /** Whether its time must not depend on the number of jobs. The others are measured to be known. */
  readonly aim: boolean;
  /** Path and query; `id` is another job's each time, for a cancellation one that was submitted before. */
  readonly path: (id: string) => string;
  readonly body?: object;
}

const aim = { variant: "", aim: true } as const;
const list = { endpoint: "jobList", aim: false } as const;
const pathOf = (endpoint: EndpointName, id = "") => endpoints[endpoint].route.replace(":id", id);

/** What is measured, in the order of the report. */
export const requestRows: readonly RequestRow[] = [
  ...(["health", "telemetryRead", "metrics"] as const).map((endpoint) => ({
    ...aim,
    endpoint,
    path: () => pathOf(endpoint),
  })),
  { ...list, variant: "newest", path: () => pathOf("jobList") },
  { ...list, variant: "failed", path: () => `${pathOf("jobList")}?status=failed` },
  { ...list, variant: "pending", path: () => `${pathOf("jobList")}?status=pending` },
  { ...list, variant: "from anywhere", path: (id) => `${pathOf("jobList")}?cursor=${id}` },
  { ...list, variant: "failed, from anywhere", path: (id) => `${pathOf("jobList")}?status=failed&cursor=${id}` },
  { endpoint: "jobRead", variant: "any", aim: false, path: (id) => pathOf("jobRead", id) },
  {
    endpoint: "jobSubmit",
    variant: "",
    aim: false,
    path: () => pathOf("jobSubmit"),
    body: { type: "image", prompt: "a lighthouse at dusk" },
  },
  { endpoint: "jobCancel", variant: "", aim: false, path: (id) => pathOf("jobCancel", id) },
];

/** Asks a service one request after the other on one kept connection, and takes the time until the answer's last byte. */
function createAsker({ url, apiKey, ids }: Side) {
  const client = new Client(url, { pipelining: 1 });
  const submitted: string[] = [];
  let asked = 0;
  return {
    /** Milliseconds. @throws when the answer is not a success. */
    async ask({ endpoint, path, body }: RequestRow): Promise<number> {
      asked += 1;
      const request = {
        method: endpoints[endpoint].method,
        path: path((endpoint === "jobCancel" ? submitted.pop() : ids[asked % ids.length]) ?? ""),
        headers: { "X-API-Key": apiKey, ...(body && { "Content-Type": "application/json" }) },
        body: body === undefined ? null : JSON.stringify(body),
      };
      const startedAt = performance.now();
      const answer = await client.request(request);
      const text = await answer.body.text();
      const ms = performance.now() - startedAt;
      if (answer.statusCode >= 300)
        throw new Error(`${request.method} ${url}${request.path} gave ${answer.statusCode}: ${text}`);
      if (endpoint === "jobSubmit") submitted.push((JSON.parse(text) as { id: string }).id);
      return ms;
    },
    close: () => client.close(),
  };
}

export interface MeasureOptions {
  readonly small: Side;
  readonly large: Side;
  readonly rounds: number;
  /** Requests of a round, of each row at each side. */
  readonly requests: number;
  readonly onProgress: (doing: string, done: number, of: number) => void;
}

/** The samples of one row, in milliseconds. */
export interface Measured {
  readonly row: RequestRow;
  readonly small: number[];
  readonly large: number[];
}

/** Not counted: connections are made, code is compiled, pages come into memory. */
const warmUp = 50;

/**
 * Measures each row at both sides. They take turns request by request, each being first every other time: whatever else
 * the machine does meets both alike.
 */
export async function measure(options: MeasureOptions): Promise<readonly Measured[]> {
  const { rounds, requests, onProgress } = options;
  const askers = { small: createAsker(options.small), large: createAsker(options.large) };
  const measured = requestRows.map((row): Measured => ({ row, small: [], large: [] }));
  try {
    for (let round = 0; round < rounds; round += 1) {
      for (const [n, { row, small, large }] of measured.entries()) {
        const turns = [
          { asker: askers.small, samples: small },
          { asker: askers.large, samples: large },
        ];
        for (let i = -warmUp; i < requests; i += 1) {
          for (const { asker, samples } of turns) {
            const ms = await asker.ask(row);
            if (i >= 0) samples.push(ms);
          }
          turns.reverse();
        }
        onProgress("rows measured", round * measured.length + n + 1, rounds * measured.length);
      }
    }
    return measured;
  } finally {
    await Promise.all([askers.small.close(), askers.large.close()]);
  }
}
