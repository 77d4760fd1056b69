import { createHash, timingSafeEqual } from "node:crypto";
import type { Request } from "express";
import type { EndpointName, endpoints } from "../catalogue/endpoints.ts";
import type { SessionDesk } from "./ports.ts";
import { Problem } from "./problem.ts";
import { uuid } from "./scalars.ts";

export interface ApiKeys {
  /** The key's fingerprint (the first 12 hex digits of its SHA-256) when the key is valid. */
  identify(key: string | undefined): string | undefined;
}

/** Keeps only the keys' hashes; each is compared in constant time, and all of them every time. */
export function createApiKeys(keys: readonly string[]): ApiKeys {
  const hashes = keys.map(hash);
  return {
    identify: (key) => {
      if (!key) return undefined;
      const given = hash(key);
      const matches = hashes.filter((known) => timingSafeEqual(known, given));
      return matches[0]?.toString("hex").slice(0, 12);
    },
  };
}

function hash(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

type Auth = (typeof endpoints)[EndpointName]["auth"];

/** Lets a request pass, and tells who sent it; else throws a {@link Problem}. */
export type Guard = (request: Request) => string | Promise<string>;

export const apiKeyHeader = "X-API-Key";
const bearer = /^Bearer +([\w.~+/=-]+) *$/i;

/** A guard for every kind of `auth` in the catalogue. */
export function createGuards(options: {
  readonly apiKeys: ApiKeys;
  readonly sessions: Pick<SessionDesk, "check">;
  /** The tokens with which Alertmanager may report. */
  readonly alertsTokens: ApiKeys;
}): Readonly<Record<Auth, Guard>> {
  const { apiKeys, sessions, alertsTokens } = options;
  return {
    none: () => "",
    apiKey: (request) => {
      const given = request.get(apiKeyHeader);
      const owner = apiKeys.identify(given);
      if (owner !== undefined) return owner;
      const detail = `The header ${apiKeyHeader} is ${given === undefined ? "missing" : "not a key that is known here"}`;
      throw refusal(detail, `ApiKey realm="gozcu", header="${apiKeyHeader}"`);
    },
    sessionToken: async (request) => {
      const token = readBearer(request, "the session's token");
      const id = String(request.params.id);
      const verdict = uuid.safeParse(id).success ? await sessions.check(id, token) : "unknown";
      if (verdict === "unknown") throw new Problem("not-found", "No such session, or it has expired");
      if (verdict === "wrong token") {
        throw refusal("The token is not this session's", 'Bearer realm="gozcu", error="invalid_token"');
      }
      return id;
    },
    alertsToken: (request) => {
      const owner = alertsTokens.identify(readBearer(request, "the token of the setting ALERTS_TOKEN"));
      if (owner !== undefined) return owner;
      throw refusal("The token is not the one that is known here", 'Bearer realm="gozcu", error="invalid_token"');
    },
  };
}

function readBearer(request: Request, what: string): string {
  const token = bearer.exec(request.get("Authorization") ?? "")?.[1];
  if (token !== undefined) return token;
  throw refusal(`Send ${what} as Authorization: Bearer <token>`, 'Bearer realm="gozcu"');
}

function refusal(detail: string, challenge: string): Problem {
  return new Problem("unauthorized", detail, { headers: { "WWW-Authenticate": challenge } });
}
