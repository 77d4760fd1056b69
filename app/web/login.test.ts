import { describe, expect, test } from "@jest/globals";
import { pageLimits } from "../catalogue/status-page.ts";
import { createLogin } from "./login.ts";

const keys = ["a-key-of-16-letters", "another-key-of-more"];
const now = Date.parse("2026-11-28T10:00:00Z");

function admit(key = keys[0] ?? "") {
  const admitted = createLogin({ keys, now: () => now }).admit(key);
  if (admitted === undefined) throw new Error("the key is known");
  return admitted;
}

describe("a login", () => {
  test.each(keys)("is given for each key, and checked by another process with the same keys (%s)", (key) => {
    const { token, expiresAt } = admit(key);
    expect(expiresAt.getTime()).toBe(now + pageLimits.loginSeconds * 1_000);
    expect(createLogin({ keys, now: () => now }).check(token)).toEqual(expiresAt);
  });

  test("holds nothing of the key", () => {
    expect(admit().token).not.toContain(keys[0]);
  });

  test.each(["", "a", `${keys[0]} `, "a-key-of-16-letterS"])("is not given for anything else (%j)", (key) => {
    expect(createLogin({ keys, now: () => now }).admit(key)).toBeUndefined();
  });

  test("ends in time", () => {
    const { token, expiresAt } = admit();
    const at = (ms: number) => createLogin({ keys, now: () => ms }).check(token);
    expect(at(expiresAt.getTime() - 1)).toEqual(expiresAt);
    expect(at(expiresAt.getTime())).toBeUndefined();
  });

  test("ends with its key", () => {
    const { token } = admit(keys[0]);
    expect(createLogin({ keys: keys.slice(1), now: () => now }).check(token)).toBeUndefined();
  });

  test("cannot be lengthened", () => {
    const [expiry = "", mac] = admit().token.split(".");
    const login = createLogin({ keys, now: () => now });
    expect(login.check(`${Number(expiry) + 1}.${mac}`)).toBeUndefined();
  });

  test.each([undefined, "", ".", "1.2", `9999999999.${"A".repeat(43)}`, `1e9.${"A".repeat(43)}`, "x".repeat(10_000)])(
    "is not any other text (%#)",
    (token) => {
      expect(createLogin({ keys, now: () => now }).check(token)).toBeUndefined();
    },
  );
});
