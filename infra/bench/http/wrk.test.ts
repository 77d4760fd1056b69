import { describe, expect, test } from "@jest/globals";
import { readWrkReport } from "./wrk.ts";

// wrk makes all units two characters wide.
const padding = " ";

const report = `Running 2s test @ http://127.0.0.1:3000/api/ping
  1 threads and 50 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     2.61ms    1.10ms  31.54ms   95.81%
    Req/Sec    19.50k     1.42k   21.09k    85.00%
  Latency Distribution
     50%  950.00us
     75%    2.61ms
     90%    2.97ms
     99%    1.21s${padding}
  38852 requests in 2.00s, 9.71MB read
Requests/sec:  19409.91
Transfer/sec:      4.85MB
`;

describe("wrk's report", () => {
  test("gives requests and latencies, in milliseconds whatever the unit", () => {
    expect(readWrkReport(report)).toEqual({
      requests: 38_852,
      requestsPerSecond: 19_409.91,
      p50Ms: 0.95,
      p99Ms: 1_210,
    });
  });

  test("is refused when requests failed: an error is answered fast", () => {
    for (const line of ["  Non-2xx or 3xx responses: 38852", "  Socket errors: connect 0, read 3, write 0, timeout 0"])
      expect(() => readWrkReport(report.replace("Requests/sec", `${line}\nRequests/sec`))).toThrow(line.trim());
  });

  test("is refused when a figure is missing, naming it", () => {
    expect(() => readWrkReport(report.replace(/^.*99%.*$/m, ""))).toThrow("no 99 %");
    expect(() => readWrkReport("")).toThrow("number of requests");
  });
});
