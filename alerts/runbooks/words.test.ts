import { describe, expect, test } from "@jest/globals";
import type { Condition } from "../../app/catalogue/conditions.ts";
import { sayCondition, sayShare, sayTime } from "./words.ts";

describe("a time in words", () => {
  test.each([
    [0, "0 s"],
    [0.5, "0.5 s"],
    [59, "59 s"],
    [60, "1 min"],
    [510, "8 min 30 s"],
    [3_900, "1 h 5 min"],
    [263_100, "3 d 1 h 5 min"],
  ])("of %s seconds is %s", (seconds, said) => expect(sayTime(seconds)).toBe(said));
});

describe("a share in words", () => {
  test.each([
    [0.999, "99.9 %"],
    [0.01, "1 %"],
    [1 - 0.01, "99 %"],
  ])("of %s is %s", (share, said) => expect(sayShare(share)).toBe(said));
});

describe("a condition in words", () => {
  const conditions: readonly (readonly [string, Condition])[] = [
    ["`dashboard_jobs_pending` is more than 40 jobs", { metric: "dashboard_jobs_pending", above: 40 }],
    ["`dashboard_job_success_rate` is less than 80%", { metric: "dashboard_job_success_rate", below: 0.8 }],
    [
      "`dashboard_service_up` (service queue) is down",
      { metric: "dashboard_service_up", where: { service: "queue" }, is: 0 },
    ],
    [
      "p99 of `http_server_request_duration` over 5m is more than 1s",
      {
        metric: "http.server.request.duration",
        quantile: 0.99,
        above: 1,
        where: { "http.route": { not: ["/metrics"] } },
      },
    ],
    ["mean of `queue_wait_time` over 5m is more than 9 ms", { metric: "queue_wait_time", mean: true, above: 9 }],
    [
      "age of `dashboard_source_last_report_timestamp_seconds` is more than 20s",
      { metric: "dashboard_source_last_report_timestamp_seconds", age: true, above: 20 },
    ],
    [
      "increase of `prometheus_rule_evaluation_failures_total` is more than 0 in 5m",
      { metric: "prometheus_rule_evaluation_failures_total", increase: true, above: 0 },
    ],
    ["always", { always: true }],
  ];
  test.each(conditions)("is: %s", (said, condition) => expect(sayCondition(condition)).toBe(said));
});
