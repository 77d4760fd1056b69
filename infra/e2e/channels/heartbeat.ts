import { randomUUID } from "node:crypto";
import { EventEmitter, once } from "node:events";
import { type Answer, type HttpChannel, type Request, retryAfterSeconds, startHttpChannel } from "./http-channel.ts";

/** `new` until the first ping; `grace` is late and not yet told to anybody; `down` is told. */
export type HeartbeatStatus = "new" | "up" | "grace" | "down";

export interface Flip {
  readonly at: Date;
  readonly status: HeartbeatStatus;
}

interface Ping {
  /** The body. */
  readonly text: string;
  readonly method: string;
}

export interface Heartbeat extends HttpChannel<Ping> {
  /** To be pinged by HEAD, GET or POST. Its path is the secret. */
  readonly url: string;
  status(): HeartbeatStatus;
  /** Each change of the status, oldest first. */
  flips(): readonly Flip[];
  /** Resolves at once when the status is this, else at the flip to it; rejects when that takes longer. */
  until(status: HeartbeatStatus, deadlineMs?: number): Promise<void>;
}

interface HeartbeatOptions {
  /** A ping is expected at least so often. */
  readonly periodMs: number;
  /** So much later it is down. */
  readonly graceMs: number;
}

function createWatch({ periodMs, graceMs }: HeartbeatOptions) {
  const flips: Flip[] = [];
  const flipped = new EventEmitter();
  let status: HeartbeatStatus = "new";
  let timer: NodeJS.Timeout | undefined;

  function flip(next: HeartbeatStatus): void {
    if (next === status) return;
    status = next;
    flips.push({ at: new Date(), status });
    flipped.emit(status);
  }
  function beLate(): void {
    flip("grace");
    timer = setTimeout(flip, graceMs, "down");
  }
  return {
    status: () => status,
    flips: () => flips,
    ping(): void {
      clearTimeout(timer);
      timer = setTimeout(beLate, periodMs);
      flip("up");
    },
    async until(wanted: HeartbeatStatus, deadlineMs = 20_000): Promise<void> {
      if (status === wanted) return;
      try {
        await once(flipped, wanted, { signal: AbortSignal.timeout(deadlineMs) });
      } catch (cause) {
        throw new Error(`the heartbeat is ${status}, and was not ${wanted} within ${deadlineMs} ms`, { cause });
      }
    },
    close: () => clearTimeout(timer),
  };
}

const faults = {
  rateLimit: { status: 429, body: "rate limited", headers: { "retry-after": String(retryAfterSeconds) } },
  serverError: { status: 500, body: "server error" },
} as const;

/**
 * An outside watch that speaks up when nobody pings it, in the manner of Healthchecks.
 * Contract: https://healthchecks.io/docs/http_api/
 */
export async function startHeartbeat(options: HeartbeatOptions): Promise<Heartbeat> {
  const secret = randomUUID();
  const watch = createWatch(options);
  function answer({ method, path, body }: Request): Answer<Ping> {
    if (path !== `/${secret}`) return { status: 404, body: "not found" };
    if (method !== "HEAD" && method !== "GET" && method !== "POST") return { status: 405, body: "method not allowed" };
    watch.ping();
    return { status: 200, body: "OK", received: { text: body, method } };
  }
  const channel = await startHttpChannel<Ping>({ name: "heartbeat", answer, faults });
  return {
    ...channel,
    url: `${channel.origin}/${secret}`,
    status: watch.status,
    flips: watch.flips,
    until: watch.until,
    async close() {
      watch.close();
      await channel.close();
    },
  };
}
