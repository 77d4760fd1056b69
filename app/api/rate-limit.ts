import type { RequestHandler } from "express";
import { ipKeyGenerator, rateLimit } from "express-rate-limit";
import { type EndpointName, endpoints } from "../catalogue/endpoints.ts";
import { type ApiKeys, apiKeyHeader } from "./auth.ts";
import { Problem } from "./problem.ts";

/** `enforce` refuses what comes too often, `advise` only tells by headers, `off` does neither. */
export type RateLimitMode = "enforce" | "advise" | "off";

/**
 * The limiter of an endpoint: one request in the catalogue's `maximum` seconds, told as `RateLimit` and `RateLimit-Policy`
 * (draft-ietf-httpapi-ratelimit-headers-08). A client is its valid API key, else its address (IPv6: its /56), so that
 * made-up keys neither escape the limit nor fill the memory. `undefined` where there is nothing to limit.
 */
export function createRateLimiter(
  name: EndpointName,
  options: { readonly mode: RateLimitMode; readonly apiKeys: ApiKeys },
): RequestHandler | undefined {
  const endpoint = endpoints[name];
  if (options.mode === "off" || !("frequency" in endpoint)) return undefined;
  const { maximum } = endpoint.frequency;
  return rateLimit({
    windowMs: maximum * 1_000,
    limit: 1,
    standardHeaders: "draft-8",
    legacyHeaders: false,
    keyGenerator: (request) => options.apiKeys.identify(request.get(apiKeyHeader)) ?? ipKeyGenerator(request.ip ?? ""),
    handler: (_request, response, next) => {
      if (options.mode === "enforce") {
        next(
          new Problem("too-many-requests", `At most one request in ${maximum} s; Retry-After says when to come again`),
        );
        return;
      }
      response.removeHeader("Retry-After");
      next();
    },
  });
}
