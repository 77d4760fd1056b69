import { setTimeout as delay } from "node:timers/promises";
import { afterEach, describe, expect, jest, test } from "@jest/globals";
import { historyTiming } from "../catalogue/history.ts";
import { mapCharts } from "./chart-rows.ts";
import { createHistory, type HistoryOptions } from "./history.ts";
import type { HistoryGrid } from "./history-grid.ts";
import type { HistorySource, Sample } from "./history-source.ts";

afterEach(() => {
  jest.useRealTimers();
});

/** Knows the last `steps` but for the one under way, all of the same value. */
function knowing(value: number, steps = 60): HistorySource & { asked: number } {
  return {
    asked: 0,
    async read(grid: HistoryGrid) {
      this.asked += 1;
      const of = (step: number) => (step < grid.steps - 1 && step >= grid.steps - steps ? value : undefined);
      return mapCharts(() => Array.from({ length: grid.steps }, (_, step) => of(step)));
    },
  };
}

const failing: HistorySource = { read: () => Promise.reject(new Error("the database is away")) };
const hanging: HistorySource = { read: () => new Promise(() => {}) };

function open(options: Partial<HistoryOptions> & { readonly now?: Sample } = {}) {
  const told: string[] = [];
  const history = createHistory({
    recorded: knowing(1),
    prometheus: () => undefined,
    current: () => options.now ?? {},
    log: (level, message) => told.push(`${level}: ${message}`),
    ...options,
  });
  return { history, told };
}

async function readQueue(history: ReturnType<typeof createHistory>) {
  const read = await history.read("1h");
  return { source: read?.source, values: read?.points.queueSize.map(({ value }) => value) };
}

describe("the past of the charts", () => {
  test("is what was recorded, where there is no Prometheus", async () => {
    const { source, values } = await readQueue(open().history);
    expect(source).toBe("recorded");
    expect(values).toEqual([...Array.from({ length: 59 }, () => 1), undefined]);
  });

  test("is Prometheus' where there is one", async () => {
    const { source, values } = await readQueue(open({ prometheus: () => knowing(2) }).history);
    expect(source).toBe("prometheus");
    expect(new Set(values)).toEqual(new Set([2, undefined]));
  });

  test("is what was recorded where Prometheus, just started, knows the last minutes only", async () => {
    const { source, values } = await readQueue(open({ prometheus: () => knowing(2, 5) }).history);
    expect(source).toBe("prometheus");
    expect(values).toEqual([...Array.from({ length: 55 }, () => 1), 2, 2, 2, 2, undefined]);
  });

  test("does not count as Prometheus' while that knows nothing", async () => {
    const { source, values } = await readQueue(open({ prometheus: () => knowing(2, 0) }).history);
    expect(source).toBe("recorded");
    expect(values?.slice(0, -1)).toEqual(Array.from({ length: 59 }, () => 1));
  });

  test("is Prometheus' while the database is away", async () => {
    const { source } = await readQueue(open({ recorded: failing, prometheus: () => knowing(2) }).history);
    expect(source).toBe("prometheus");
  });

  test("is undefined when nobody can be asked", async () => {
    expect(await open({ recorded: failing }).history.read("1h")).toBeUndefined();
    expect(await open({ recorded: failing, prometheus: () => failing }).history.read("1h")).toBeUndefined();
  });

  test("ends with what is known now", async () => {
    const now = { queueSize: 7, successRate: 0.5, dashboardStatus: 1 };
    const read = await open({ now }).history.read("1h");
    expect(read?.points.queueSize.at(-1)?.value).toBe(7);
    expect(read?.points.successRate.at(-1)?.value).toBe(0.5);
    expect(read?.points.processingTime.at(-1)?.value).toBeUndefined();
  });

  test.each([
    ["queueSize", 3, 9, 9],
    ["queueSize", 9, 3, 9],
    ["successRate", 0.9, 0.99, 0.9],
    ["successRate", 0.99, 0.9, 0.9],
    ["dashboardStatus", 0.8, 0, 0],
    ["dashboardStatus", 0.8, 1, 0.8],
    ["processingTime", 0, 5, 5],
  ] as const)(
    "of %s, %p in the step under way and %p now, is the worse of the two",
    async (chart, before, now, worse) => {
      const recorded: HistorySource = {
        read: async ({ steps }) => mapCharts(() => Array.from({ length: steps }, () => before)),
      };
      const read = await open({ recorded, now: { [chart]: now } }).history.read("1h");
      expect(read?.points[chart].at(-1)?.value).toBe(worse);
      expect(read?.points[chart].at(-2)?.value).toBe(before);
    },
  );

  test("is read once for all who ask within a few seconds, each range for itself", async () => {
    const recorded = knowing(1);
    const { history } = open({ recorded });
    const [one, other] = await Promise.all([history.read("1h"), history.read("1h")]);
    expect(one).toBe(other);
    expect(await history.read("1h")).toBe(one);
    expect(recorded.asked).toBe(1);
    expect((await history.read("24h"))?.points.queueSize).toHaveLength(144);
    expect(recorded.asked).toBe(2);
  });

  test("is read again after that", async () => {
    jest.useFakeTimers({ now: Date.parse("2026-11-23T10:00:00Z") });
    const recorded = knowing(1);
    const { history } = open({ recorded });
    const first = await history.read("1h");
    jest.advanceTimersByTime(historyTiming.cacheMs);
    expect(await history.read("1h")).not.toBe(first);
    expect(recorded.asked).toBe(2);
  });

  test("comes in time though both hang", async () => {
    const { history } = open({ recorded: hanging, prometheus: () => hanging });
    const slow = delay(10 * historyTiming.deadlineMs, "late", { ref: false });
    expect(await Promise.race([history.read("1h"), slow])).toBeUndefined();
  });

  test("is given up when it is closed", async () => {
    const { history } = open({ recorded: hanging });
    const reading = history.read("1h");
    await history.close();
    expect(await reading).toBeUndefined();
  });
});

describe("a Prometheus that fails", () => {
  test("is told of once, left alone for a while, and asked again", async () => {
    jest.useFakeTimers({ now: Date.parse("2026-11-23T10:00:00Z") });
    let isUp = false;
    let asked = 0;
    const good = knowing(2);
    const prometheus: HistorySource = {
      read(grid) {
        asked += 1;
        return isUp ? good.read(grid) : Promise.reject(new Error("ECONNREFUSED"));
      },
    };
    const { history, told } = open({ prometheus: () => prometheus });
    const later = async (ms: number) => {
      jest.advanceTimersByTime(ms);
      return (await history.read("1h"))?.source;
    };
    expect(await later(0)).toBe("recorded");
    expect(await later(historyTiming.cacheMs)).toBe("recorded");
    expect(asked).toBe(1);
    expect(await later(historyTiming.prometheusPauseMs)).toBe("recorded");
    expect(asked).toBe(2);
    isUp = true;
    expect(await later(historyTiming.prometheusPauseMs)).toBe("prometheus");
    expect(told).toEqual([
      "warn: the charts show what the service has recorded itself: ECONNREFUSED",
      "info: Prometheus tells of the past again",
    ]);
  });
});
