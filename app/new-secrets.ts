import { randomBytes } from "node:crypto";

/** A key for `X-API-Key`; people see by its beginning whose it is. */
export function createApiKey(): string {
  return `gz_${randomBytes(24).toString("base64url")}`;
}

/** A bearer token for `POST /api/alerts`. */
export function createAlertsToken(): string {
  return randomBytes(24).toString("base64url");
}
