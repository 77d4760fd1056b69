import {
  type Attributes,
  type AttributeValue,
  type Exception,
  type HrTime,
  type Link,
  type Span,
  type SpanContext,
  SpanKind,
  type SpanStatus,
  SpanStatusCode,
  type TimeInput,
  TraceFlags,
} from "@opentelemetry/api";
import {
  AddAttributeDecision,
  cleanAttributes,
  cleanSimpleAttributes,
  type InstrumentationScope,
  isTimeInput,
  maybeAddAttribute,
  millisToHrTime,
  timeInputToHrTime,
} from "@opentelemetry/core";
import type { Resource } from "@opentelemetry/resources";
import type { ReadableSpan, SpanProcessor, TimedEvent } from "@opentelemetry/sdk-trace";
import type { HeadSampling } from "./head-sampling.ts";
import { countPlain } from "./plain-attributes.ts";
import { spanLimits as limits } from "./span-export.ts";
import { createSpanId, createTraceId } from "./trace-ids.ts";

/** What all entry spans of a process share. */
export interface EntryOrigin {
  readonly head: HeadSampling;
  /** Whether trouble is kept that the head sampling has left out. */
  readonly tail: boolean;
  readonly processor: Pick<SpanProcessor, "onEnd">;
  readonly resource: Resource;
  readonly scope: InstrumentationScope;
  /** Under which a context keeps its span. */
  readonly spanKey: symbol;
}

// Shared by all spans that have none; what is added to goes into a new one.
const noAttributes: Attributes = Object.freeze({});
const noEvents: TimedEvent[] = [];
const noLinks: Link[] = [];
const unset: SpanStatus = { code: SpanStatusCode.UNSET };

/** What is known of an entry before it has a span. */
interface EntryBeginning {
  readonly name: string;
  readonly kind: SpanKind;
  readonly parent: SpanContext | undefined;
  readonly sampled: boolean;
  /** The exclusive or of a new trace's id, which has decided whether it is sampled. */
  readonly draw: number;
  /** On the monotonic clock, as `performance.now()` gives it. */
  readonly startedAt: number;
}

/**
 * The span of what enters the process: a request, or an entry taken from a queue. What is told to it goes to the span
 * processor as it stands, with nothing of the SDK in between. Made by an `EntryContext`.
 *
 * With `tail` it takes notes even when it is not sampled, and is exported after all when it failed or took longer than
 * `slowerThanMs`: the attribute `gozcu.kept` says which of the two. Its children are not, as they were never made.
 */
export class EntrySpan implements Span, ReadableSpan {
  name: string;
  readonly kind: SpanKind;
  readonly parentSpanContext?: SpanContext;
  readonly sampled: boolean;
  attributes = noAttributes;
  events = noEvents;
  links = noLinks;
  status = unset;
  ended = false;
  droppedAttributesCount = 0;
  droppedEventsCount = 0;
  droppedLinksCount = 0;
  slowerThanMs = Number.POSITIVE_INFINITY;

  readonly #origin: EntryOrigin;
  readonly #draw: number;
  readonly #startedAt: number;
  /** Unix time, known when it has stopped. */
  #startedMs = 0;
  #durationMs = 0;
  #context: SpanContext | undefined;
  #attributesCount = 0;

  constructor(origin: EntryOrigin, { name, kind, parent, sampled, draw, startedAt }: EntryBeginning) {
    this.#origin = origin;
    this.name = name;
    this.kind = kind;
    if (parent !== undefined) this.parentSpanContext = parent;
    this.sampled = sampled;
    this.#draw = draw;
    this.#startedAt = startedAt;
  }

  get startTime(): HrTime {
    return millisToHrTime(this.#startedMs);
  }
  get endTime(): HrTime {
    return millisToHrTime(this.#startedMs + this.#durationMs);
  }
  get duration(): HrTime {
    return millisToHrTime(this.#durationMs);
  }
  get resource(): Resource {
    return this.#origin.resource;
  }
  get instrumentationScope(): InstrumentationScope {
    return this.#origin.scope;
  }

  spanContext(): SpanContext {
    if (this.#context !== undefined) return this.#context;
    const { traceId = createTraceId(this.#draw), traceState } = this.parentSpanContext ?? {};
    const traceFlags = this.sampled ? TraceFlags.SAMPLED : TraceFlags.NONE;
    this.#context = { traceId, spanId: createSpanId(), traceFlags, ...(traceState && { traceState }) };
    return this.#context;
  }

  isRecording(): boolean {
    return this.sampled && !this.ended;
  }

  /** A hand-over is none of it: what it hands over has an entry of its own. */
  get #hasTail(): boolean {
    return this.#origin.tail && this.kind !== SpanKind.PRODUCER;
  }

  /** Whether it is of use to tell it anything. */
  get #listens(): boolean {
    return (this.sampled || this.#hasTail) && !this.ended;
  }

  setAttribute(key: string, value: AttributeValue): this {
    if (!this.#listens) return this;
    if (this.attributes === noAttributes) this.attributes = {};
    const { attributes } = this;
    const currentAttributesCount = this.#attributesCount;
    const decision = maybeAddAttribute({ key, value, attributes, limits, currentAttributesCount });
    if (decision === AddAttributeDecision.DROP_LIMIT_REACHED) this.droppedAttributesCount += 1;
    if (decision === AddAttributeDecision.ADD_NEW) this.#attributesCount += 1;
    return this;
  }

  setAttributes(attributes: Attributes): this {
    if (!this.#listens) return this;
    const count = this.attributes === noAttributes ? countPlain(attributes) : undefined;
    if (count !== undefined) {
      this.attributes = { ...attributes };
      this.#attributesCount = count;
      return this;
    }
    for (const [key, value] of Object.entries(attributes)) if (value !== undefined) this.setAttribute(key, value);
    return this;
  }

  addEvent(name: string, attributesOrTime?: Attributes | TimeInput, timeIfAttributes?: TimeInput): this {
    if (!this.#listens) return this;
    const [attributes, at] = isTimeInput(attributesOrTime)
      ? [undefined, attributesOrTime]
      : [attributesOrTime, timeIfAttributes];
    const time = timeInputToHrTime(at ?? Date.now());
    const all = [...this.events, { name, time, ...cleanSimpleAttributes(attributes, limits) }];
    this.events = all.slice(-limits.eventCountLimit);
    this.droppedEventsCount += all.length - this.events.length;
    return this;
  }

  recordException(exception: Exception, time?: TimeInput): void {
    const { name, code, message, stack } = typeof exception === "string" ? { message: exception } : exception;
    const attributes = { "exception.type": code ? String(code) : name, "exception.message": message || undefined };
    this.addEvent("exception", { ...attributes, "exception.stacktrace": stack }, time);
  }

  addLink(link: Link): this {
    return this.addLinks([link]);
  }

  addLinks(links: Link[]): this {
    if (!this.#listens) return this;
    const clean = ({ context, attributes }: Link) => ({ context, ...cleanAttributes(attributes, limits) });
    const all = [...this.links, ...links.map(clean)];
    this.links = all.slice(-limits.linkCountLimit);
    this.droppedLinksCount += all.length - this.links.length;
    return this;
  }

  setStatus(status: SpanStatus): this {
    const stands = status.code === SpanStatusCode.UNSET || this.status.code === SpanStatusCode.OK;
    if (this.#listens && !stands)
      this.status = status.code === SpanStatusCode.OK ? { code: status.code } : { ...status };
    return this;
  }

  updateName(name: string): this {
    if (this.#listens) this.name = name;
    return this;
  }

  end(): void {
    if (this.stop()) this.export();
  }

  /** Takes the time, and tells whether the span is to be exported; else it has ended. */
  stop(): boolean {
    if (this.ended) return false;
    this.#durationMs = performance.now() - this.#startedAt;
    if (!this.sampled && !this.#isTrouble()) {
      this.ended = true;
      return false;
    }
    // Whole milliseconds, rounded down as a child's are: it must not seem older than this.
    this.#startedMs = Math.floor(Date.now() - this.#durationMs);
    return true;
  }

  /** Names a stopped span and says at once all that is known of it; what it was told before stands. */
  describe(name: string, attributes: Attributes): void {
    this.name = name;
    this.attributes = this.attributes === noAttributes ? attributes : { ...attributes, ...this.attributes };
  }

  /** Hands a stopped span to the span processor. */
  export(): void {
    this.ended = true;
    this.#origin.processor.onEnd(this);
  }

  /** Whether the tail keeps it; if so it is exported as one that is sampled. */
  #isTrouble(): boolean {
    if (!this.#hasTail) return false;
    const failed = this.status.code === SpanStatusCode.ERROR;
    if (!failed && this.#durationMs <= this.slowerThanMs) return false;
    this.setAttribute("gozcu.kept", failed ? "error" : "slow");
    this.#context = { ...this.spanContext(), traceFlags: TraceFlags.SAMPLED };
    return true;
  }
}
