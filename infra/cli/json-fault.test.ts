import { describe, expect, test } from "@jest/globals";
import { createRandom } from "../e2e/random.ts";
import { findJsonFault } from "./json-fault.ts";

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const sound = '{\n  "3": {"inputs": {"seed": -1.5e+3, "a\\u00e9": [true, null, []], "b": {}}, "text": "ö\\n"}\n}\n';

describe("where a text stops to be JSON", () => {
  test.each([
    ['{\n  "a": 1,\n}', 3, 1, 'a name in "…"', "}"],
    ['{"a": 1 "b": 2}', 1, 9, '"," or "}"', '"'],
    ["[1, 2", 1, 6, '"," or "]"', undefined],
    ['{\r\n"a": tru }', 2, 6, "a value", "t"],
    ["{'a': 1}", 1, 2, 'a name in "…", or "}"', "'"],
    ['{"a" 1}', 1, 6, '":"', "1"],
    ['{"a": "no end\n}', 1, 14, 'a " that ends the text', "\n"],
    ['["\\x"]', 1, 3, "an escape such as \\n or \\u0041", "\\"],
    ['["\t"]', 1, 3, "no control character", "\t"],
    ["[01]", 1, 2, "a value", "0"],
    ["[1.]", 1, 2, "a value", "1"],
    ["{} {}", 1, 4, "nothing more", "{"],
    ["", 1, 1, "a value", undefined],
    ["[😀]", 1, 2, "a value", "😀"],
  ])("%j is told by line, column and what was expected", (text, line, column, expected, found) => {
    expect(isJson(text)).toBe(false);
    expect(findJsonFault(text)).toEqual({ line, column, expected, found });
  });

  test("is nowhere in JSON", () => {
    for (const text of [sound, "0", '""', " [ ] ", "[[[{}]]]", '{"a":{"b":[{"c":-0}]}}', '"\u007f\u2028"'])
      expect({ text, fault: findJsonFault(text) }).toEqual({ text, fault: undefined });
  });

  test("is found whenever JSON.parse finds one, and only then", () => {
    const { next: random } = createRandom(7);
    const letters = Array.from('{}[]",:0-1.e\\u \n\ttrue');
    for (let i = 0; i < 5_000; i += 1) {
      const at = Math.floor(random() * sound.length);
      const letter = letters[Math.floor(random() * letters.length)] ?? "";
      const text = sound.slice(0, at) + (random() < 0.5 ? "" : letter) + sound.slice(at + (random() < 0.5 ? 1 : 0));
      expect({ text, sound: findJsonFault(text) === undefined }).toEqual({ text, sound: isJson(text) });
    }
  });

  test("is found in what is nested too deep to be read by recursion", () => {
    expect(findJsonFault("[".repeat(200_000))?.column).toBe(200_001);
  });
});
