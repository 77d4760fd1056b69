import { randomBytes } from "node:crypto";
import { z } from "zod";

const prefix = "whsec_";
/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md, "Signature scheme". */
const bytes = { made: 32, min: 24, max: 64 };

/** A signing secret, with or without the prefix; gives the form with it. */
export const webhookSecretSchema = z
  .string()
  .transform((text) => (text.startsWith(prefix) ? text.slice(prefix.length) : text))
  .refine((base64) => {
    const key = Buffer.from(base64, "base64");
    return key.toString("base64") === base64 && key.length >= bytes.min && key.length <= bytes.max;
  }, `must be base64, with padding, of ${bytes.min} to ${bytes.max} bytes, with or without "${prefix}" before it`)
  .transform((base64) => prefix + base64);

/** A new signing secret: `whsec_` and 32 random bytes in base64. */
export function createWebhookSecret(): string {
  return prefix + randomBytes(bytes.made).toString("base64");
}

/**
 * A signing secret in its full form, `whsec_` and base64; given with or without the prefix.
 *
 * @throws Error that tells what is allowed, and nothing of the text
 */
export function readWebhookSecret(text: string): string {
  const { data, error } = webhookSecretSchema.safeParse(text);
  if (data !== undefined) return data;
  throw new Error(`the webhook secret cannot be read: it ${error?.issues[0]?.message}`);
}
