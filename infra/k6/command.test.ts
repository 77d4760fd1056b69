import { describe, expect, test } from "@jest/globals";
import { UsageError } from "./arguments.ts";
import { readCommand } from "./command.ts";

describe("the command line of npm run k6", () => {
  test("a scenario alone runs on this machine's service", () => {
    expect(readCommand(["smoke"])).toMatchObject({
      scenario: "smoke",
      url: "http://127.0.0.1:3000",
      overrides: { rates: {} },
      metricsUrls: ["http://127.0.0.1:9464/metrics"],
    });
  });

  test("the duration and the rates of flows can be chosen", () => {
    expect(readCommand(["load", "--duration", "1m30s", "--rate", "ping=500", "--rate", "job=0.5"])).toMatchObject({
      overrides: { seconds: 90, rates: { ping: 500, job: 0.5 } },
    });
  });

  test("stress rises as long as it is told", () => {
    expect(readCommand(["stress", "--duration", "22s"])).toMatchObject({ overrides: { seconds: 22 } });
  });

  test("help is asked for", () => {
    expect(readCommand(["--help"])).toBeUndefined();
  });

  test.each([
    ["no scenario", [], "choose one of smoke, load, stress, soak"],
    ["two scenarios", ["smoke", "load"], 'no scenario "smoke load"'],
    ["an address that is none", ["smoke", "--url", "localhost"], "--url"],
    ["a password in the address", ["smoke", "--url", "http://a:b@127.0.0.1"], "must not carry"],
    ["a time that is none", ["smoke", "--duration", "soon"], "30s, 5m or 1h30m"],
    ["a flow that there is not", ["load", "--rate", "pings=1"], "the flows are ping"],
    ["a rate that is none", ["load", "--rate", "ping=-1"], "--rate"],
    ["a rate with a rest", ["load", "--rate", "ping=1=2"], "--rate"],
    ["a rate of stress", ["stress", "--rate", "ping=5"], "steps of its own"],
    ["a watched port of what is not watched", ["load", "--metrics", "http://127.0.0.1:9464/metrics"], "soak only"],
    ["a Prometheus that is none", ["load", "--prometheus", "localhost"], "/api/v1/write"],
    ["an option that there is not", ["smoke", "--fast"], "--fast"],
  ])("%s is refused, saying what is allowed", (_, args, reason) => {
    const read = () => readCommand(args);
    expect(read).toThrow(UsageError);
    expect(read).toThrow(reason);
  });
});
