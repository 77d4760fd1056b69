import { expect, test } from "@jest/globals";
import { checkThresholdOrder } from "./threshold-order.ts";

test("the catalogue's limits rise", () => {
  expect(() => checkThresholdOrder()).not.toThrow();
});

test.each([100, 120])("a limit of %d before one of 100 is refused, and both are named", (high) => {
  expect(() =>
    checkThresholdOrder([
      ["queueSizeHigh", high],
      ["queueOverflow", 100],
    ]),
  ).toThrow(`queueSizeHigh (${high}) must lie below queueOverflow (100)`);
});
