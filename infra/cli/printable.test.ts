import { describe, expect, test } from "@jest/globals";
import { printable } from "./printable.ts";

describe("text from elsewhere on a terminal", () => {
  test.each([
    ["\u001B[2J\u001B]0;title\u0007", "\uFFFD[2J\uFFFD]0;title\uFFFD"],
    ["a\r\n\tb", "a b"],
    ["\u009B31m", "\uFFFD31m"],
    ["abc\u202Edef\u2066", "abc\uFFFDdef\uFFFD"],
    ["\uD800", "\uFFFD"],
    ["  ömür 😀 ", "ömür 😀"],
  ])("%j cannot do more than be read", (text, shown) => {
    expect(printable(text)).toBe(shown);
  });
});
