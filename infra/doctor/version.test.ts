import { expect, test } from "@jest/globals";
import { isAtLeast } from "./version.ts";

test.each([
  ["20.10.24+dfsg1", "20.10", true],
  ["28.2.2", "20.10", true],
  ["20.9.9", "20.10", false],
  ["1.5.7", "1.6", false],
  ["1.6.0-rc1", "1.6", true],
  ["24", "24", true],
  ["unknown", "1.6", false],
])("version %s against %s: %s", (version, least, expected) => {
  expect(isAtLeast(version, least)).toBe(expected);
});
