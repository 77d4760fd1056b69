import { afterEach, describe, expect, jest, test } from "@jest/globals";
import type { ServiceState } from "../api/ports.ts";
import { type Probe, type ProbeOptions, startProbe } from "./probe.ts";

const never = new Promise<never>(() => undefined);
const open: Probe[] = [];

/** Checks once, and then not within the time of a test. */
function start(check: ProbeOptions["check"], timing: Partial<ProbeOptions> = {}): Probe {
  const probe = startProbe({ check, intervalMs: 60_000, deadlineMs: 30_000, staleAfterMs: 5_000, ...timing });
  open.push(probe);
  return probe;
}

afterEach(async () => {
  for (const probe of open.splice(0)) await probe.close();
  jest.useRealTimers();
});

describe("a probe", () => {
  test("counts a service as down until it has been checked", async () => {
    const { promise, resolve } = Promise.withResolvers<object>();
    const probe = start(() => promise);
    expect(probe.state()).toEqual({ status: "down", since: expect.any(Date), reason: "not checked yet" });
    resolve({});
    await probe.first;
    expect(probe.state().status).toBe("up");
  });

  test("tells since when a service is up, and what is worth showing of it", async () => {
    const probe = start(async () => ({ demo: true, version: "0.3.0" }));
    await probe.first;
    const state = probe.state();
    expect(state).toEqual({
      status: "up",
      demo: true,
      version: "0.3.0",
      since: expect.any(Date),
      checkedAt: expect.any(Date),
      latencyMs: expect.any(Number),
    });
    expect(state.since).toEqual(state.checkedAt);
  });

  test.each([
    ["an error", new Error("connection refused"), "connection refused"],
    ["a text", "refused", "refused"],
  ])("tells why a service is down: %s", async (_, error, reason) => {
    const probe = start(() => Promise.reject(error));
    await probe.first;
    expect(probe.state()).toMatchObject({ status: "down", reason });
  });

  test("does not wait for a check that never answers, heed it its signal or not", async () => {
    let heard: unknown;
    const deaf = start(() => never, { deadlineMs: 20 });
    const heedful = start(
      (signal) =>
        new Promise((_, reject) => {
          signal.addEventListener("abort", () => {
            heard = signal.reason;
            reject(signal.reason);
          });
        }),
      { deadlineMs: 20 },
    );
    await Promise.all([deaf.first, heedful.first]);
    for (const probe of [deaf, heedful]) {
      expect(probe.state()).toMatchObject({ status: "down", reason: "no answer within 20 ms" });
    }
    expect(heard).toMatchObject({ name: "TimeoutError" });
  });

  test("of a check that breaks at once leaves nothing behind that could end the process", async () => {
    const unhandled: unknown[] = [];
    const onUnhandled = (error: unknown) => void unhandled.push(error);
    process.on("unhandledRejection", onUnhandled);
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const probe = start(
      (signal) => {
        signal.addEventListener("abort", () => resolve());
        throw new Error("a bug");
      },
      { deadlineMs: 5 },
    );
    await Promise.all([probe.first, late]);
    // Node tells of unhandled rejections after the microtasks.
    await new Promise(setImmediate);
    process.off("unhandledRejection", onUnhandled);
    expect(probe.state()).toMatchObject({ status: "down", reason: "a bug" });
    expect(unhandled).toEqual([]);
  });

  test("goes on checking, and `since` changes only with the status", async () => {
    const well = [true, true, false, false, true];
    const seen: ServiceState[] = [];
    const { promise: all, resolve } = Promise.withResolvers<void>();
    const probe = start(
      async () => {
        // The check before has ended when the next begins.
        if (well.length < 5) seen.push(probe.state());
        const ok = well.shift();
        if (ok === undefined) resolve();
        if (!ok) throw new Error("away");
        return {};
      },
      { intervalMs: 3 },
    );
    await all;
    expect(seen.map(({ status }) => status)).toEqual(["up", "up", "down", "down", "up"]);
    const [up, stillUp, down, stillDown, upAgain] = seen.map(({ since }) => since.getTime());
    expect(stillUp).toBe(up);
    expect(stillDown).toBe(down);
    expect(new Set([up, down, upAgain]).size).toBe(3);
    const checks = seen.map(({ checkedAt }) => checkedAt?.getTime());
    expect(new Set(checks).size).toBe(5);
  });

  test("counts a service as down when its last good result is too old", async () => {
    jest.useFakeTimers({
      doNotFake: ["setTimeout", "clearTimeout", "setImmediate", "nextTick", "queueMicrotask", "performance"],
      now: new Date("2026-11-23T10:00:00.000Z"),
    });
    const probe = start(async () => ({}));
    await probe.first;
    jest.setSystemTime(new Date("2026-11-23T10:00:05.000Z"));
    expect(probe.state().status).toBe("up");
    jest.setSystemTime(new Date("2026-11-23T10:00:07.000Z"));
    expect(probe.state()).toMatchObject({
      status: "down",
      reason: "not checked for 7 s",
      since: new Date("2026-11-23T10:00:05.000Z"),
      checkedAt: new Date("2026-11-23T10:00:00.000Z"),
    });
  });

  test("that is closed does not wait for its interval, and checks no more", async () => {
    const check = jest.fn(async () => ({}));
    const probe = start(check, { intervalMs: 60_000 });
    await probe.first;
    await probe.close();
    expect(check).toHaveBeenCalledTimes(1);
    expect(probe.state().status).toBe("up");
  });

  test("that is closed during a check ends with it", async () => {
    const { promise, resolve } = Promise.withResolvers<object>();
    const check = jest.fn(() => promise);
    const probe = start(check, { intervalMs: 1 });
    const closing = probe.close();
    resolve({});
    await closing;
    expect(check).toHaveBeenCalledTimes(1);
  });
});
