import { describe, expect, test } from "@jest/globals";
import { createKeep } from "../keep.ts";
import { startHeartbeat } from "./heartbeat.ts";

describe("the outside heartbeat", () => {
  const keep = createKeep();
  const calm = { periodMs: 60_000, graceMs: 60_000 };
  const quick = { periodMs: 60, graceMs: 60 };
  /** A timer may be a little early by the wall clock. */
  const earlyMs = 5;

  test("is new until the first ping, whatever time passes", async () => {
    const heartbeat = keep(await startHeartbeat(quick));
    await expect(heartbeat.until("down", 3 * quick.periodMs)).rejects.toThrow("the heartbeat is new, and was not down");
    expect(heartbeat.status()).toBe("new");
    expect(heartbeat.flips()).toEqual([]);
  });

  test("takes a ping by each method, and answers OK", async () => {
    const heartbeat = keep(await startHeartbeat(calm));
    for (const method of ["HEAD", "GET", "POST"]) {
      const response = await fetch(heartbeat.url, { method, ...(method === "POST" ? { body: "Watchdog" } : {}) });
      expect(response.status).toBe(200);
      expect(await response.text()).toBe(method === "HEAD" ? "" : "OK");
    }
    expect(heartbeat.received()).toMatchObject([
      { method: "HEAD", text: "" },
      { method: "GET", text: "" },
      { method: "POST", text: "Watchdog" },
    ]);
    expect(heartbeat.status()).toBe("up");
    expect(heartbeat.flips()).toMatchObject([{ status: "up" }]);
  });

  test("knows its secret, and believes no other ping", async () => {
    const heartbeat = keep(await startHeartbeat(calm));
    expect((await fetch(new URL("/00000000-0000-0000-0000-000000000000", heartbeat.url))).status).toBe(404);
    expect((await fetch(heartbeat.url, { method: "DELETE" })).status).toBe(405);
    expect(heartbeat.status()).toBe("new");
    expect(heartbeat.refused()).toHaveLength(2);
  });

  test("is late after the period, down after the grace, and up by the next ping; each flip has its time", async () => {
    const heartbeat = keep(await startHeartbeat(quick));
    await fetch(heartbeat.url);
    await heartbeat.until("down");
    await fetch(heartbeat.url);
    await heartbeat.until("up");
    const [first, late, down, again] = heartbeat.flips();
    expect([first, late, down, again].map((flip) => flip?.status)).toEqual(["up", "grace", "down", "up"]);
    const between = (from?: { readonly at: Date }, to?: { readonly at: Date }) => Number(to?.at) - Number(from?.at);
    expect(between(first, late)).toBeGreaterThanOrEqual(quick.periodMs - earlyMs);
    expect(between(late, down)).toBeGreaterThanOrEqual(quick.graceMs - earlyMs);
  });

  test("hears nothing while it fails or refuses", async () => {
    const heartbeat = keep(await startHeartbeat(calm));
    heartbeat.failNext(1, "rateLimit");
    heartbeat.failNext(1, "serverError");
    expect((await fetch(heartbeat.url)).status).toBe(429);
    expect((await fetch(heartbeat.url)).status).toBe(500);
    await heartbeat.refuse();
    await expect(fetch(heartbeat.url)).rejects.toMatchObject({ cause: { code: "ECONNREFUSED" } });
    expect(heartbeat.status()).toBe("new");
    await heartbeat.accept();
    expect((await fetch(heartbeat.url)).status).toBe(200);
    expect(heartbeat.status()).toBe("up");
  });
});
