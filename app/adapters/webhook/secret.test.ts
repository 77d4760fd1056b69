import { describe, expect, test } from "@jest/globals";
import { Webhook } from "standardwebhooks";
import { createWebhookSecret, readWebhookSecret } from "./secret.ts";

const base64 = (bytes: number) => Buffer.alloc(bytes, 7).toString("base64");

describe("a webhook secret", () => {
  test("is made of 32 random bytes, as Standard Webhooks writes it", () => {
    const secret = createWebhookSecret();
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(createWebhookSecret()).not.toBe(secret);
    expect(readWebhookSecret(secret)).toBe(secret);
  });

  test.each([24, 32, 64])("of %i bytes is read with and without its prefix", (bytes) => {
    const full = `whsec_${base64(bytes)}`;
    expect(readWebhookSecret(full)).toBe(full);
    expect(readWebhookSecret(base64(bytes))).toBe(full);
    expect(() => new Webhook(full)).not.toThrow();
  });

  test.each([
    ["too short", `whsec_${base64(23)}`],
    ["too long", base64(65)],
    ["empty", ""],
    ["a prefix alone", "whsec_"],
    ["not base64", "whsec_correct horse battery staple!!"],
    ["without its padding", base64(32).replace("=", "")],
    ["base64url", Buffer.alloc(32, 255).toString("base64url")],
  ])("that is %s is refused by saying what is allowed", (_, text) => {
    expect(() => readWebhookSecret(text)).toThrow("must be base64, with padding, of 24 to 64 bytes, with or without");
  });

  test("that is refused is not repeated", () => {
    expect(() => readWebhookSecret("whsec_hunter2")).not.toThrow(/hunter2/);
  });
});
