import { expect, test } from "@jest/globals";
import { readSamples } from "./exposition.ts";

test("the samples of a scrape are read with their labels, whatever stands in them", () => {
  const text = [
    "# HELP a_total What it is",
    "# TYPE a_total counter",
    "a_total 12",
    'a_bucket{le="+Inf",of="say \\"{x}\\", twice"} 3 1700000000000',
    "b 1.5e-3",
    "",
  ].join("\n");
  expect(readSamples(text)).toEqual([
    { name: "a_total", labels: {}, value: 12 },
    { name: "a_bucket", labels: { le: "+Inf", of: 'say \\"{x}\\", twice' }, value: 3 },
    { name: "b", labels: {}, value: 0.0015 },
  ]);
});
