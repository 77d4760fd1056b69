import { beforeEach, describe, expect, test } from "@jest/globals";
import type { ReportedAlert } from "../api/ports.ts";
import { limits } from "../catalogue/limits.ts";
import { type AlertBoard, createAlertBoard } from "./alert-board.ts";

const begin = Date.parse("2026-11-23T10:00:00Z");
let clock: number;
let board: AlertBoard;
beforeEach(() => {
  clock = begin;
  board = createAlertBoard({ now: () => clock });
});

function alert(name: string, more: Partial<ReportedAlert> = {}): ReportedAlert {
  const labels = { alertname: name };
  return { status: "firing", name, labels, annotations: {}, since: new Date(begin), fingerprint: name, ...more };
}

const listed = () => board.firing().map(({ fingerprint }) => fingerprint);
const pass = (seconds: number) => {
  clock += seconds * 1_000;
};

describe("the board", () => {
  test("keeps an alert until it is resolved", () => {
    board.report([alert("ComfyuiDown"), alert("QueueSizeHigh")]);
    board.report([alert("ComfyuiDown", { status: "resolved" })]);
    expect(listed()).toEqual(["QueueSizeHigh"]);
  });

  test("keeps alerts of one name apart by their fingerprints", () => {
    board.report([alert("TargetDown", { fingerprint: "a" }), alert("TargetDown", { fingerprint: "b" })]);
    board.report([alert("TargetDown", { fingerprint: "a", status: "resolved" })]);
    expect(listed()).toEqual(["b"]);
  });

  test("lists the latest first, each with when it was last repeated", () => {
    board.report([alert("Old"), alert("New", { since: new Date(begin + 5_000) })]);
    pass(60);
    board.report([alert("Old", { annotations: { summary: "still" } })]);
    expect(board.firing()).toMatchObject([
      { name: "New", lastSeenAt: new Date(begin) },
      { name: "Old", lastSeenAt: new Date(begin + 60_000), annotations: { summary: "still" } },
    ]);
  });

  test("forgets what has not been repeated for too long, and nothing else", () => {
    board.report([alert("Silent"), alert("Repeated")]);
    pass(1);
    board.report([alert("Repeated")]);
    pass(limits.alertForgottenSeconds - 1);
    expect(listed()).toEqual(["Silent", "Repeated"]);
    pass(0.001);
    expect(listed()).toEqual(["Repeated"]);
  });

  test("keeps so many at most, and drops those heard of longest ago", () => {
    const name = (n: number) => `A${n}`;
    board.report([alert("First"), alert("Second")]);
    board.report(Array.from({ length: limits.alertsKept - 2 }, (_, n) => alert(name(n))));
    board.report([alert("First"), alert("More")]);
    expect(listed()).toHaveLength(limits.alertsKept);
    expect(listed()).toEqual(expect.arrayContaining(["First", "More"]));
    expect(listed()).not.toContain("Second");
  });
});

describe("the Watchdog", () => {
  test("is not alive before it was heard", () => {
    expect(board.watchdog()).toEqual({ alive: false });
  });

  test("is not listed, and alive as long as it is heard often enough", () => {
    board.report([alert("Watchdog")]);
    expect(listed()).toEqual([]);
    pass(limits.watchdogSilentSeconds);
    const heard = { lastSeenAt: new Date(begin), ageSeconds: Math.floor(limits.watchdogSilentSeconds) };
    expect(board.watchdog()).toEqual({ ...heard, alive: true });
    pass(0.001);
    expect(board.watchdog()).toEqual({ ...heard, alive: false });
    board.report([alert("Watchdog")]);
    expect(board.watchdog()).toMatchObject({ ageSeconds: 0, alive: true });
  });

  test("that has ended is no sign of life", () => {
    board.report([alert("Watchdog", { status: "resolved" })]);
    expect(board.watchdog()).toEqual({ alive: false });
  });
});
