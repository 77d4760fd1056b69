import { expect, test } from "@jest/globals";
import { limits } from "../catalogue/limits.ts";
import { renderSnapshot } from "../health/judge.ts";
import { allUp, down, facts, readAt, statistics } from "../health/test-facts.ts";
import { readSample } from "./sample.ts";

test("a sample has the charts' values in the units of their metrics", () => {
  const snapshot = renderSnapshot(allUp, facts, []);
  expect(readSample(snapshot, readAt)).toEqual({
    dashboardStatus: 1,
    queueSize: 0,
    successRate: 0.97,
    processingTime: 120,
  });
});

test("a sample leaves out what is not known", () => {
  const nothingEnded = { ...facts, statistics: { ...statistics, webhookSuccessRatio: null } };
  expect(readSample(renderSnapshot(allUp, nothingEnded, []), readAt)).not.toHaveProperty("successRate");
  expect(readSample(renderSnapshot({ ...allUp, database: down }, facts, []), readAt)).toEqual({ dashboardStatus: 0 });
  const stale = new Date(readAt.getTime() + limits.statisticsStaleMs + 1);
  expect(Object.keys(readSample(renderSnapshot(allUp, facts, []), stale))).toEqual(["dashboardStatus"]);
});
