import { createHmac, timingSafeEqual } from "node:crypto";
import { type ApiKeys, createApiKeys } from "../api/auth.ts";
import { pageLimits } from "../catalogue/status-page.ts";

export interface Login {
  /** What a browser shows from now on instead of the key, and when that ends; undefined when the key is not known. */
  admit(key: string): { readonly token: string; readonly expiresAt: Date } | undefined;
  /** When the token's login ends; undefined when it is not, or no longer, good. */
  check(token: string | undefined): Date | undefined;
}

const purpose = "gozcu status page login";
const pattern = /^(\d{1,12})\.([\w-]{43})$/;

function sign(secret: Buffer, expiry: string): Buffer {
  return createHmac("sha256", secret).update(expiry).digest();
}

/**
 * Logins without state: a token is its expiry (Unix seconds) and an HMAC of it under a secret made from the API key, so
 * that every replica can check it, it tells nothing of the key, and ends with it.
 */
export function createLogin(options: { readonly keys: readonly string[]; readonly now?: () => number }): Login {
  const { keys, now = Date.now } = options;
  const known: ApiKeys = createApiKeys(keys);
  const deriveSecret = (key: string) => createHmac("sha256", key).update(purpose).digest();
  const secrets = keys.map(deriveSecret);
  return {
    admit(key) {
      if (known.identify(key) === undefined) return undefined;
      const expirySeconds = Math.floor(now() / 1_000) + pageLimits.loginSeconds;
      const mac = sign(deriveSecret(key), String(expirySeconds)).toString("base64url");
      return { token: `${expirySeconds}.${mac}`, expiresAt: new Date(expirySeconds * 1_000) };
    },
    check(token = "") {
      const [, expiry = "", mac = ""] = pattern.exec(token) ?? [];
      const given = Buffer.from(mac, "base64url");
      // All of them, every time.
      const matches = secrets.filter((secret) => {
        const good = sign(secret, expiry);
        return given.length === good.length && timingSafeEqual(given, good);
      });
      const expiresAt = Number(expiry) * 1_000;
      return matches.length > 0 && expiresAt > now() ? new Date(expiresAt) : undefined;
    },
  };
}
