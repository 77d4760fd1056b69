import { describe, expect, test } from "@jest/globals";
import { serviceNames } from "../../topology/listening.ts";
import { createTestFacts, tell } from "../test-site.ts";
import { containersCheck } from "./containers.ts";

describe("the check of containers", () => {
  const healthy = Object.fromEntries(
    serviceNames.filter((name) => name !== "caddy").map((name) => [`gozcu-${name}-1`, "running\tUp 1 hour (healthy)"]),
  );
  function check(states: Readonly<Record<string, string>>) {
    const lines = Object.entries(states).map(([name, state]) => `${name}\tgozcu\t${state}\t\n`);
    return tell(
      containersCheck,
      createTestFacts({ world: { docker: { ask: () => Promise.resolve(lines.join("")) } } }),
    );
  }

  test("none at all is a stack that is not deployed", async () => {
    expect(await check({})).toMatchObject({ state: "fine", found: expect.stringContaining("not deployed") });
  });

  test("those that have prepared volumes have ended as they should", async () => {
    const states = { ...healthy, "gozcu-redis-files-preparation": "exited\tExited (0) 1 hour ago" };
    expect(await check(states)).toMatchObject({ state: "fine", found: "all 9 are running" });
  });

  test.each([
    ["exited\tExited (137) 2 minutes ago", "gozcu-api-1: Exited (137) 2 minutes ago"],
    ["running\tUp 2 minutes (unhealthy)", "gozcu-api-1: Up 2 minutes (unhealthy)"],
  ])("%s is wrong, and its log tells why", async (state, found) => {
    expect(await check({ ...healthy, "gozcu-api-1": state })).toEqual({
      state: "wrong",
      found,
      mend: "docker logs --tail 50 gozcu-api-1",
    });
  });

  test("one that starts is worth another look", async () => {
    expect(await check({ ...healthy, "gozcu-api-1": "running\tUp 2 seconds (health: starting)" })).toMatchObject({
      state: "warning",
    });
  });

  test("one that is missing is deployed again", async () => {
    const { "gozcu-worker-1": _, ...others } = healthy;
    expect(await check(others)).toMatchObject({ state: "wrong", found: "missing: gozcu-worker-1" });
  });
});
