import { describe, expect, test } from "@jest/globals";
import { webhookDelivery } from "../../catalogue/webhooks.ts";
import { readRetryDelayMs, retryDelayMs } from "./retry-delay.ts";

const { backoffMs, backoffMaxMs, jitter } = webhookDelivery;
const longest = () => 0;
const shortest = () => 1;

describe("the wait before a retry", () => {
  test("doubles with each attempt", () => {
    expect([1, 2, 3].map((attempt) => retryDelayMs(attempt, longest))).toEqual([
      backoffMs,
      backoffMs * 2,
      backoffMs * 4,
    ]);
  });

  test("is random by the catalogue's share and no more", () => {
    expect(retryDelayMs(1, shortest)).toBe(backoffMs * (1 - jitter));
    expect(retryDelayMs(1, () => 0.5)).toBe(backoffMs * (1 - jitter / 2));
  });

  test("ends growing at the longest wait, however many attempts there were", () => {
    expect(retryDelayMs(50, longest)).toBe(backoffMaxMs);
    expect(retryDelayMs(5_000, shortest)).toBe(backoffMaxMs * (1 - jitter));
  });

  test("lies within its bounds with real randomness, in whole milliseconds", () => {
    const waits = Array.from({ length: 200 }, () => retryDelayMs(2));
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(backoffMs * 2 * (1 - jitter));
    expect(Math.max(...waits)).toBeLessThanOrEqual(backoffMs * 2);
    expect(new Set(waits).size).toBeGreaterThan(1);
    expect(waits.every(Number.isInteger)).toBe(true);
  });
});

describe("Retry-After", () => {
  const now = new Date("2026-11-05T10:00:00Z");

  test.each([
    ["seconds", "120", 120_000],
    ["a date", "Thu, 05 Nov 2026 10:00:30 GMT", 30_000],
    ["a date gone by", "Thu, 05 Nov 2026 09:00:00 GMT", 0],
    ["more than the longest wait", "999999999", backoffMaxMs],
    ["a date too far away", "Thu, 05 Nov 2099 10:00:00 GMT", backoffMaxMs],
  ])("is read as %s", (_, header, ms) => {
    expect(readRetryDelayMs(header, now)).toBe(ms);
  });

  test.each(["soon", "-5", "1.5", "", "never GMT"])("%j is neither seconds nor a date", (header) => {
    expect(readRetryDelayMs(header, now)).toBeUndefined();
  });
});
