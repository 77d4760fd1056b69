import { Webhook } from "standardwebhooks";
import { Agent, type Dispatcher } from "undici";
import { webhookDelivery } from "../../catalogue/webhooks.ts";
import type { DeliveryAttempt } from "../../jobs/deliver.ts";
import type { TraceCarrier } from "../../jobs/job.ts";
import { untilAborted } from "../../until-aborted.ts";
import { type AddressGuard, AddressRefused } from "./address-guard.ts";
import { readRetryDelayMs } from "./retry-delay.ts";

/** One try at delivering a webhook. */
export interface Delivery {
  readonly url: string;
  /** The same for every attempt of an event: the receiver knows repetitions by it. */
  readonly id: string;
  /** When this attempt is made; receivers refuse what is minutes old. */
  readonly timestamp: Date;
  readonly body: string;
  readonly carrier: TraceCarrier;
  readonly signal?: AbortSignal;
}

export interface WebhookSender {
  /** Never rejects: what went wrong stands in the attempt. */
  send(delivery: Delivery): Promise<DeliveryAttempt>;
  /** Closes the pooled connections; an attempt in hand fails, and can be retried. */
  close(): Promise<void>;
}

interface WebhookSenderOptions {
  /** As `readWebhookSecret` gives it. */
  readonly secret: string;
  readonly guard: Pick<AddressGuard, "inspect" | "lookup">;
  /** Of the product, for the `user-agent`. */
  readonly version: string;
  /** For a whole attempt. Defaults to the catalogue's. */
  readonly timeoutMs?: number;
}

type Verdict = Omit<DeliveryAttempt, "durationMs">;

/** Certificates can make an error message very long. */
const errorLength = 300;

/**
 * Sends webhooks in the Standard Webhooks form
 * (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md): one signed POST an
 * attempt, no redirect followed, bounded in time and in how much of the answer is read.
 */
export function createWebhookSender({
  secret,
  guard,
  version,
  timeoutMs = webhookDelivery.timeoutMs,
}: WebhookSenderOptions): WebhookSender {
  const webhook = new Webhook(secret);
  // On HTTP/1.1 giving up an endless answer closes its connection; on HTTP/2 it would only reset one stream.
  const agent = new Agent({ allowH2: false, connect: { lookup: guard.lookup, timeout: timeoutMs } });

  async function attempt({ url: text, id, timestamp, body, carrier }: Delivery, signal: AbortSignal): Promise<Verdict> {
    const url = URL.parse(text);
    const refusal = url === null ? "it is not a URL" : guard.inspect(url);
    if (url === null || refusal !== undefined) throw new AddressRefused(refusal);

    const request = agent.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method: "POST",
      headers: {
        "content-type": "application/json",
        "user-agent": `gozcu/${version}`,
        "webhook-id": id,
        "webhook-timestamp": String(Math.floor(timestamp.getTime() / 1_000)),
        "webhook-signature": webhook.sign(id, timestamp, body),
        traceparent: carrier.traceparent,
        tracestate: carrier.tracestate,
      },
      body,
      signal,
    });
    const answer = await untilAborted(request, signal);
    // The status has decided; the rest is read only so that the connection can be used again.
    await answer.body.dump({ limit: webhookDelivery.answerBytes, signal }).catch(() => undefined);
    return judge(answer);
  }

  async function send(delivery: Delivery): Promise<DeliveryAttempt> {
    const begun = performance.now();
    const deadline = AbortSignal.timeout(timeoutMs);
    const signal = delivery.signal ? AbortSignal.any([deadline, delivery.signal]) : deadline;
    const verdict = await attempt(delivery, signal).catch((error: unknown): Verdict => {
      if (error instanceof AddressRefused) {
        // Not tried again: a name that leads inside today must not get more chances to lead there.
        return { outcome: "refused", error: `the address is refused: ${error.message}`, retryable: false };
      }
      const stopped = deadline.aborted ? `no answer within ${timeoutMs} ms` : "it was stopped before an answer came";
      return { outcome: "failed", error: signal.aborted ? stopped : describe(error), retryable: true };
    });
    return { ...verdict, durationMs: Math.round(performance.now() - begun) };
  }

  return { send, close: () => agent.destroy() };
}

/** By Standard Webhooks: 2xx is delivered, 410 asks never to be called again, all else is worth another attempt. */
function judge({ statusCode, headers }: Dispatcher.ResponseData): Verdict {
  if (statusCode >= 200 && statusCode < 300) return { outcome: "delivered", statusCode, retryable: false };
  const isRedirect = statusCode >= 300 && statusCode < 400;
  const retryAfter = [429, 503].includes(statusCode) ? headers["retry-after"] : undefined;
  const retryAfterMs = typeof retryAfter === "string" ? readRetryDelayMs(retryAfter, new Date()) : undefined;
  return {
    outcome: "failed",
    statusCode,
    error: `the receiver answered ${statusCode}${isRedirect ? "; redirects are not followed" : ""}, allowed is 200 to 299`,
    retryable: statusCode !== 410,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

/** The errors of Node and undici: the one for several addresses tried has a code and no message. */
function describe(error: unknown): string {
  const { message, code = "" } = error as NodeJS.ErrnoException;
  const parts = message.includes(code) ? [message] : [code, message];
  return parts.filter(Boolean).join(": ").slice(0, errorLength);
}
