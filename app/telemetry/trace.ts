import { type Attributes, context, metrics, type Span, SpanStatusCode, trace } from "@opentelemetry/api";
import { errorMessage } from "../error-message.ts";
import { createMetrics, instrumentationScope, type Metrics } from "./instruments.ts";
import { recordFailure } from "./span-failure.ts";

type AnyFunction = (this: never, ...args: never[]) => unknown;

/** A meter asked for before the SDK has started never records, so each provider's instrument is looked up once. */
const tallies = new WeakMap<object, Metrics["activeSpans"]>();

function activeSpans(): Metrics["activeSpans"] {
  const provider = metrics.getMeterProvider();
  const known = tallies.get(provider);
  if (known !== undefined) return known;
  const tally = createMetrics(provider.getMeter(instrumentationScope)).activeSpans;
  tallies.set(provider, tally);
  return tally;
}

/**
 * Starts a span under the active one, with the global tracer. The caller ends it; it counts in `active_spans` until
 * then, and ending it again does nothing.
 */
export function startSpan(name: string, attributes: Attributes = {}): Span {
  const span = trace.getTracer(instrumentationScope).startSpan(name, { attributes });
  const tally = activeSpans();
  const end = span.end.bind(span);
  let open = true;
  // A function that is written in an assignment to a property is long-lived to V8, and so is all that it refers to.
  const endOnce: typeof end = (endTime) => {
    if (!open) return;
    open = false;
    tally.add(-1);
    end(endTime);
  };
  tally.add(1);
  span.end = endOnce;
  return span;
}

function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}

/**
 * A function of the same type that runs `fn` inside an active span. The span has `duration_ms`, `status` (`success` or
 * `error`) and, of a failure, `error.message`, the exception and the status `ERROR`. What `fn` throws is thrown on: by a
 * synchronous function at once, by an asynchronous one as a rejection.
 *
 * @example
 * const render = traceAsync("render", async (prompt: string) => pictureOf(prompt));
 */
export function traceAsync<F extends AnyFunction>(name: string, fn: F): F {
  function traced(this: unknown, ...args: unknown[]): unknown {
    const span = startSpan(name);
    const startedAt = performance.now();

    function finish(status: "success" | "error"): void {
      span.setAttributes({ duration_ms: performance.now() - startedAt, status });
      span.end();
    }
    function succeed<T>(value: T): T {
      span.setStatus({ code: SpanStatusCode.OK });
      finish("success");
      return value;
    }
    function fail(error: unknown): never {
      span.setAttribute("error.message", errorMessage(error));
      recordFailure(span, error);
      finish("error");
      throw error;
    }

    let result: unknown;
    try {
      result = context.with(trace.setSpan(context.active(), span), () => Reflect.apply(fn, this, args));
    } catch (error) {
      return fail(error);
    }
    return isPromiseLike(result) ? result.then(succeed, fail) : succeed(result);
  }
  // No type can say that `traced` calls `fn` with what it was given and answers what `fn` answers.
  return traced as unknown as F;
}
