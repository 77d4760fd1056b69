import { hash } from "node:crypto";
import type { RequestHandler } from "express";
import { ipKeyGenerator, MemoryStore, type Options } from "express-rate-limit";
import { LRUCache } from "lru-cache";
import { type EndpointName, endpoints } from "../catalogue/endpoints.ts";
import { type ApiKeys, apiKeyHeader } from "./auth.ts";
import { Problem } from "./problem.ts";

/** `enforce` refuses what comes too often, `advise` only tells by headers, `off` does neither. */
export type RateLimitMode = "enforce" | "advise" | "off";

interface Client {
  readonly key: string;
  /** Who it is that is counted, without telling the address. */
  readonly partition: string;
}

/**
 * Clients by their API key's fingerprint or their address, those that came last: to read an address and to hash it anew each
 * time was a tenth of a ping.
 */
const clients = new LRUCache<string, Client>({
  max: 1_000,
  memoMethod(name) {
    // A fingerprint is no address, and stays as it is.
    const key = ipKeyGenerator(name);
    return { key, partition: hash("sha256", key, "base64").slice(0, 16) };
  },
});

/**
 * The limiter of an endpoint: one request in the catalogue's `maximum` seconds, told as `RateLimit` and `RateLimit-Policy`
 * (draft-ietf-httpapi-ratelimit-headers-08). A client is its valid API key, else its address (IPv6: its /56), so that
 * made-up keys neither escape the limit nor fill the memory. `undefined` where there is nothing to limit.
 *
 * Who comes how often is counted by express-rate-limit. Its middleware is left out: it waits six times for what is there
 * already, and hashes the client by a stream: a fifth of what a ping took.
 */
export function createRateLimiter(
  name: EndpointName,
  options: { readonly mode: RateLimitMode; readonly apiKeys: ApiKeys },
): RequestHandler | undefined {
  const endpoint = endpoints[name];
  if (options.mode === "off" || !("frequency" in endpoint)) return undefined;
  const { maximum } = endpoint.frequency;
  const store = new MemoryStore();
  // Of the options it takes the window alone.
  store.init({ windowMs: maximum * 1_000 } as Options);
  const policy = `"1-in-${maximum}sec"`;
  return async (request, response, next) => {
    const { key, partition } = clients.memo(options.apiKeys.identify(request.get(apiKeyHeader)) ?? request.ip ?? "");
    const { totalHits, resetTime = new Date() } = await store.increment(key);
    const resetSeconds = Math.max(0, Math.ceil((resetTime.getTime() - Date.now()) / 1_000));
    response.setHeader("RateLimit", `${policy}; r=0; t=${resetSeconds}`);
    response.setHeader("RateLimit-Policy", `${policy}; q=1; w=${maximum}; pk=:${partition}:`);
    if (options.mode === "enforce" && totalHits > 1) {
      throw new Problem(
        "too-many-requests",
        `At most one request in ${maximum} s; Retry-After says when to come again`,
        { headers: { "Retry-After": String(resetSeconds) } },
      );
    }
    next();
  };
}
