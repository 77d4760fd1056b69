import { type Context, type SpanContext, type SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { type EntryOrigin, EntrySpan } from "./entry-span.ts";
import { randomWord } from "./trace-ids.ts";

/**
 * The context in which something that entered the process is worked on, and the decision whether that is sampled. Of
 * tracing it is all that is made at first: the span comes when a log line, another service or the end asks for it. What
 * is not sampled, and asks for nothing, never has one.
 */
export class EntryContext implements Context {
  readonly sampled: boolean;
  /** As `performance.now()` gives it. */
  readonly startedAt = performance.now();
  readonly #origin: EntryOrigin;
  readonly #name: string;
  readonly #kind: SpanKind;
  readonly #around: Context;
  readonly #parent: SpanContext | undefined;
  readonly #draw = randomWord();
  #span: EntrySpan | undefined;

  constructor(origin: EntryOrigin, name: string, kind: SpanKind, around: Context, parent: SpanContext | undefined) {
    this.#origin = origin;
    this.#name = name;
    this.#kind = kind;
    this.#around = around;
    this.#parent = parent;
    this.sampled =
      parent === undefined ? origin.head.beginsSampled(this.#draw >>> 0) : origin.head.goesOnSampled(parent);
  }

  /** Made when first asked for. */
  get span(): EntrySpan {
    this.#span ??= new EntrySpan(this.#origin, {
      name: this.#name,
      kind: this.#kind,
      parent: this.#parent,
      sampled: this.sampled,
      draw: this.#draw,
      startedAt: this.startedAt,
    });
    return this.#span;
  }

  /** Whether its end is to be told to the span; `trouble` is what the tail keeps. */
  isWorthSpan(trouble: boolean): boolean {
    return this.sampled || (this.#origin.tail && (trouble || this.#span?.status.code === SpanStatusCode.ERROR));
  }

  getValue(key: symbol): unknown {
    return key === this.#origin.spanKey ? this.span : this.#around.getValue(key);
  }

  setValue(key: symbol, value: unknown): Context {
    return trace.setSpan(this.#around, this.span).setValue(key, value);
  }

  deleteValue(key: symbol): Context {
    return trace.setSpan(this.#around, this.span).deleteValue(key);
  }
}
