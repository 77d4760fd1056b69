import { fileURLToPath } from "node:url";
import { type Cores, pin } from "../cores.ts";
import { type MeasuredProcess, startMeasuredProcess } from "../measured-process.ts";
import { type SpanCount, SpanCountSchema } from "./span-count.ts";
import { route } from "./target.ts";
import { readVariantEnvironment, type Variant } from "./variants.ts";

export interface RunningVariant {
  readonly server: MeasuredProcess;
  /** Of the route. */
  readonly url: string;
  /** Sends what is left, and tells what has come since the start. */
  readSpanCount(): Promise<SpanCount>;
  close(): Promise<void>;
}

const file = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/**
 * Starts the server of a variant, and a collector for its spans on the load generator's core.
 * @param options.wrapper a command that runs the server's, with its options.
 */
export async function startVariant(
  variant: Variant,
  options: {
    readonly cores?: Cores | undefined;
    readonly wrapper?: readonly string[];
    readonly signal: AbortSignal;
  },
): Promise<RunningVariant> {
  const { cores, wrapper = [], signal } = options;
  const start = (command: readonly string[], core: number | undefined, environment: Readonly<Record<string, string>>) =>
    startMeasuredProcess({ command: pin(command, core), environment, signal });

  const collector = await start([process.execPath, file("collector.ts")], cores?.load, {});
  try {
    const environment = readVariantEnvironment(variant, await collector.askText("url"));
    const command = [...wrapper, process.execPath, file("server.ts"), variant.target];
    const server = await start(command, cores?.server, environment);
    return {
      server,
      url: `${await server.askText("url")}${route}`,
      async readSpanCount() {
        await server.tell("flush");
        return SpanCountSchema.parse(JSON.parse(await collector.askText("count")));
      },
      async close() {
        await Promise.all([server.close(), collector.close()]);
      },
    };
  } catch (error) {
    await collector.close();
    throw error;
  }
}

/**
 * Makes sure that a variant does what it is measured for.
 * @throws Error when its metrics or its spans lack the route: without it they would be cheap, and of no use.
 */
export async function requireTelemetry(variant: Variant, running: RunningVariant): Promise<SpanCount> {
  const metrics = await running.server.askText("metrics");
  if (variant.metrics && !metrics.includes(`route="${route}"`))
    throw new Error(`${variant.label}: no metric has the route ${route}:\n${metrics}`);
  const count = await running.readSpanCount();
  const { serverSpans, routedSpans } = count;
  const wanted = variant.sampled !== undefined;
  if (wanted !== serverSpans > 0 || routedSpans < serverSpans)
    throw new Error(
      `${variant.label}: the collector has ${serverSpans} spans of requests, ${routedSpans} spans with the route ${route}: must be ${wanted ? "some, all with the route" : "none"}`,
    );
  return count;
}
