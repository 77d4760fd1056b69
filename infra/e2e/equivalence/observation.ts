import { fileURLToPath } from "node:url";
import { startMeasuredProcess } from "../../bench/measured-process.ts";
import { readSamples, type Sample } from "../../k6/exposition.ts";
import { type ReceivedSpan, startCollector } from "../collector.ts";
import { eventually } from "../eventually.ts";
import { sendRequests } from "./client.ts";
import { type ScenarioName, scenarios } from "./scenarios.ts";
import type { Target } from "./target.ts";

export type Labels = Sample["labels"];

const server = fileURLToPath(new URL("server.ts", import.meta.url));
const duration = "http_server_request_duration";

/** What telemetry told of one scenario. */
export interface Told {
  readonly spans: readonly ReceivedSpan[];
  /** The labels of the requests' durations, a request each. */
  readonly series: readonly Labels[];
}

export interface Observation {
  readonly told: Readonly<Record<ScenarioName, Told>>;
  /** After all of them. */
  readonly samples: readonly Sample[];
  /** The `traceparent` that the other server got, in the order of its requests. */
  readonly handedOn: readonly (string | undefined)[];
  /** Seconds that all requests took together, as the client saw it. */
  readonly seconds: number;
}

const durations = (samples: readonly Sample[]) => samples.filter(({ name }) => name === `${duration}_count`);
const total = (samples: readonly Sample[]) => samples.reduce((sum, { value }) => sum + value, 0);

/** The labels of what was counted between two readings, as often as it was. */
function findNew(before: readonly Sample[], after: readonly Sample[]): readonly Labels[] {
  const known = new Map(before.map(({ labels, value }) => [JSON.stringify(labels), value]));
  return after.flatMap(({ labels, value }) =>
    Array.from({ length: value - (known.get(JSON.stringify(labels)) ?? 0) }, () => labels),
  );
}

/** Serves all scenarios with one kind of telemetry, in a process of its own, and gives all that was told of them. */
export async function observe(kind: "stock" | "ours", target: Target): Promise<Observation> {
  await using closing = new AsyncDisposableStack();
  const collector = closing.adopt(await startCollector(), (opened) => opened.close());
  const running = closing.adopt(
    await startMeasuredProcess({
      command: [process.execPath, server, kind, target.url],
      environment: {
        NODE_ENV: "production",
        OTEL_SERVICE_NAME: kind,
        OTEL_EXPORTER_PROMETHEUS_PORT: "0",
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        // The tail is a thing of ours, with a test of its own.
        ENABLE_TAIL_SAMPLING: "false",
      },
    }),
    (opened) => opened.close(),
  );
  const port = Number(new URL(await running.askText("url")).port);
  const read = async () => readSamples(await running.askText("metrics"));

  const series = new Map<string, readonly Labels[]>();
  const traceIds = new Map<string, string>();
  let seconds = 0;
  for (const [name, scenario] of Object.entries(scenarios)) {
    const traceId = String(traceIds.size + 1).padStart(32, "0");
    traceIds.set(traceId, name);
    const before = durations(await read());
    const startedAt = performance.now();
    await sendRequests(scenario, { port, traceId, waitForHanging: () => running.tell("hanging") });
    // A request is recorded when its connection lets go of it, which may be after the client has its answer.
    const after = await eventually(async () => {
      const samples = durations(await read());
      if (total(samples) < total(before) + (scenario.times ?? 1)) throw new Error(`${name} is not recorded`);
      return samples;
    });
    seconds += (performance.now() - startedAt) / 1_000;
    series.set(name, findNew(before, after));
  }
  await running.tell("flush");
  const spans = Map.groupBy(collector.spans(), ({ traceId }) => traceIds.get(traceId) ?? "no trace of the caller's");
  const told = Object.keys(scenarios).map((name) => [
    name,
    { spans: spans.get(name) ?? [], series: series.get(name) ?? [] },
  ]);
  return {
    told: Object.fromEntries(told) as Observation["told"],
    samples: await read(),
    handedOn: target.takeHandedOn(),
    seconds,
  };
}
