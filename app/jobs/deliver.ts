import type { LabelsOf } from "../catalogue/metrics.ts";
import type { QueueName } from "../catalogue/names.ts";
import { webhookDelivery } from "../catalogue/webhooks.ts";
import type { Tracing } from "../telemetry/tracing.ts";
import type { TraceCarrier } from "./job.ts";
import type { Verdict } from "./queue.ts";

export interface OpenDelivery {
  /** Also the `webhook-id`: the same at every attempt, so that the receiver can tell a repetition. */
  readonly id: string;
  readonly url: string;
  readonly body: string;
  /** Attempts made so far. */
  readonly attempts: number;
  readonly carrier: TraceCarrier;
}

/** What came of one try. */
export interface DeliveryAttempt {
  /** `refused`: nothing was sent, because of the address. */
  readonly outcome: "delivered" | "failed" | "refused";
  readonly statusCode?: number;
  /** A sentence for people; tells nothing of the secret, nor of the URL's path and query. */
  readonly error?: string;
  readonly durationMs: number;
  /** Whether another attempt has a point. */
  readonly retryable: boolean;
  /** How long the receiver asks to be left alone. */
  readonly retryAfterMs?: number;
}

type DeliveryEnd = LabelsOf<"webhook_deliveries">["outcome"];

/** What delivering needs of Postgres. */
export interface DeliveryStore {
  /** Undefined when it has ended already. */
  open(id: string): Promise<OpenDelivery | undefined>;
  /**
   * Writes the attempt down, and the delivery's end if this was it. False when somebody else has ended it meanwhile: then
   * nothing was written.
   */
  record(id: string, attempt: DeliveryAttempt, ended?: DeliveryEnd): Promise<boolean>;
}

export interface DelivererOptions {
  readonly store: DeliveryStore;
  readonly send: (delivery: {
    readonly url: string;
    readonly id: string;
    readonly timestamp: Date;
    readonly body: string;
    readonly carrier: TraceCarrier;
  }) => Promise<DeliveryAttempt>;
  readonly retryDelayMs: (attempt: number) => number;
  readonly tracing: Tracing;
  readonly metrics: { ended(labels: LabelsOf<"webhook_deliveries">): void };
}

/** Handles one entry of the queue `webhooks`: one attempt, recorded, and the verdict whether there is another. */
export function createDeliverer({ store, send, retryDelayMs, tracing, metrics }: DelivererOptions) {
  const queue: QueueName = "webhooks";
  return async function deliver(id: string): Promise<Verdict> {
    const delivery = await store.open(id);
    if (delivery === undefined) return "done";
    const attributes = {
      "messaging.destination.name": queue,
      "webhook.id": id,
      "webhook.attempt": delivery.attempts + 1,
    };
    return tracing.run("deliver webhook", { kind: "consumer", parent: delivery.carrier, attributes }, async () => {
      const attempt = await send({ ...delivery, timestamp: new Date(), carrier: tracing.carrier() });
      const attempts = delivery.attempts + 1;
      tracing.annotate({
        "webhook.outcome": attempt.outcome,
        ...(attempt.statusCode !== undefined && { "http.response.status_code": attempt.statusCode }),
      });
      const last = !attempt.retryable || attempts >= webhookDelivery.attempts;
      const ended = attempt.outcome === "delivered" ? "delivered" : last ? "failed" : undefined;
      const recorded = await store.record(id, attempt, ended);
      if (recorded && ended !== undefined) metrics.ended({ outcome: ended });
      return ended === undefined ? { retryInMs: Math.max(retryDelayMs(attempts), attempt.retryAfterMs ?? 0) } : "done";
    });
  };
}
