import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { DatabaseUnavailable } from "../adapters/postgres/errors.ts";
import { healthy, readAt, withKey } from "../api/fake-desks.ts";
import { pageLimits, pageRouteNames, pageRoutes } from "../catalogue/status-page.ts";
import {
  completedJob,
  createPageWorld,
  firingAlert,
  type PageWorld,
  pageKey,
  startTestPage,
  type TestPage,
} from "./test-page.ts";

let world: PageWorld;
let page: TestPage;
beforeEach(async () => {
  world = createPageWorld();
  page = await startTestPage(world);
});
afterEach(() => page.close());

const policy =
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

describe("the page", () => {
  test("lets a browser load what it brings itself, and nothing else", async () => {
    const response = await page.get("/");
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
    expect(response.headers.get("content-security-policy")).toBe(policy);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("referrer-policy")).toBe("same-origin");
    const text = await response.text();
    expect(text).not.toMatch(/<script(?![^>]*src=)|<style|\sstyle=|\son\w+=/);
  });

  test("leaves the API's own policy as strict as it was", async () => {
    for (const path of ["/api/ping", "/login", "/nothing"])
      expect((await page.get(path)).headers.get("content-security-policy")).toBe(
        "default-src 'none';frame-ancestors 'none'",
      );
  });

  test("brings all that it names", async () => {
    const text = await (await page.get("/")).text();
    const paths = [...text.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map(([, path = ""]) => path);
    expect(paths).toHaveLength(4);
    for (const path of paths) {
      const response = await page.get(path);
      expect([path, response.status]).toEqual([path, 200]);
      expect(response.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    }
  });

  test("shows everybody the state, and nothing of what needs the key", async () => {
    world.firing = [firingAlert];
    world.jobs = [completedJob];
    world.health = {
      ...healthy,
      status: "degraded",
      services: { ...healthy.services, comfyui: { status: "down", since: readAt, reason: "refused by 10.0.0.7" } },
    };
    const text = await (await page.get("/")).text();
    expect(text).toContain("ComfyUI is down: no job is rendered");
    for (const secret of ["10.0.0.7", completedJob.id, "The queue is long", "QueueSizeHigh", "57 jobs"])
      expect([secret, text.includes(secret)]).toEqual([secret, false]);
  });

  test("shows the rest to those who have logged in", async () => {
    world.firing = [firingAlert];
    world.jobs = [completedJob];
    const text = await (await page.get("/", await page.login())).text();
    for (const shown of [completedJob.id, "The queue is long", "57 jobs", "Log out"]) expect(text).toContain(shown);
  });

  test.each([
    ["7d", "7d"],
    ["9y", "1h"],
    ["constructor", "1h"],
    ["%3Cscript%3E", "1h"],
    ["1h&range=7d", "1h"],
  ])("of the range %s is that of %s", async (asked, range) => {
    const text = await (await page.get(`/?range=${asked}`, await page.login())).text();
    expect(/data-range="([^"]*)"/.exec(text)?.[1]).toBe(range);
  });

  test("is there in time and says so when the database hangs", async () => {
    world.database = () => new Promise<never>(() => {});
    const text = await (await page.get("/", await page.login())).text();
    expect(text).toContain("Not known: the database has not answered yet.");
  });

  test("is there when the database is down", async () => {
    world.database = () => {
      throw new DatabaseUnavailable("listing jobs", new Error("refused"));
    };
    const response = await page.get("/", await page.login());
    expect(response.status).toBe(200);
  });

  test.each(pageRouteNames)("answers other methods than that of %s with 405", async (name) => {
    const { method, route } = pageRoutes[name];
    const path = route.replace(":build", "x").replace(":file", "y").replace(":id", "z").replace(":n", "0");
    const other = await fetch(page.url + path, { method: method === "GET" ? "POST" : "GET" });
    expect([other.status, other.headers.get("allow")]).toEqual([405, method === "GET" ? "GET, HEAD" : "POST"]);
  });
});

describe("the login", () => {
  test("gives a cookie that scripts and other sites do not get, and leads back to the range", async () => {
    const response = await page.submit("/login", { key: ` ${pageKey}\n`, range: "24h" });
    expect([response.status, response.headers.get("location")]).toEqual([303, "/?range=24h"]);
    const cookie = response.headers.get("set-cookie") ?? "";
    expect(cookie).toMatch(/^gozcu_login=\d+\.[\w-]{43}; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Strict$/);
    expect(cookie).not.toContain(pageKey);
  });

  test("gives one for TLS alone where the visitor came by it", async () => {
    const proxied = await startTestPage(world, { trustProxy: 1 });
    const response = await proxied.submit("/login", { key: pageKey }, { "X-Forwarded-Proto": "https" });
    await proxied.close();
    expect(response.headers.get("set-cookie")).toContain("; Secure");
  });

  test("refuses a wrong key on the page, and says what to do", async () => {
    const response = await page.submit("/login", { key: "wrong<script>", range: "7d" });
    expect([response.status, response.headers.get("set-cookie")]).toEqual([401, null]);
    const text = await response.text();
    expect(text).toContain("This is not a key that is known here.");
    expect(text).not.toContain("wrong");
    expect(text).toContain('name="range" value="7d"');
  });

  test.each([{}, { key: "" }, { other: "x" }])("takes a form without a key as a wrong one (%j)", async (fields) => {
    expect((await page.submit("/login", fields)).status).toBe(401);
  });

  test("does not look at a key that comes too soon after too many wrong ones, not even at the right one", async () => {
    for (let n = 0; n <= pageLimits.triesFree; n += 1) await page.submit("/login", { key: "wrong" });
    const response = await page.submit("/login", { key: pageKey });
    expect([response.status, response.headers.get("retry-after")]).toEqual([429, String(pageLimits.firstWaitSeconds)]);
    expect(await response.text()).toContain("wait 2 s");
  });

  test("makes one address wait and no other", async () => {
    const proxied = await startTestPage(world, { trustProxy: 1 });
    const from = (address: string, key: string) => proxied.submit("/login", { key }, { "X-Forwarded-For": address });
    for (let n = 0; n <= pageLimits.triesFree; n += 1) await from("192.0.2.1", "wrong");
    const statuses = [(await from("192.0.2.1", pageKey)).status, (await from("192.0.2.2", pageKey)).status];
    await proxied.close();
    expect(statuses).toEqual([429, 303]);
  });

  test("refuses a form that is too large", async () => {
    expect((await page.submit("/login", { key: "x".repeat(pageLimits.formBytes) })).status).toBe(413);
  });

  test("ends with the log-out", async () => {
    const cookie = await page.login();
    const response = await page.submit("/logout", {}, cookie);
    expect([response.status, response.headers.get("location")]).toEqual([303, "/"]);
    expect(response.headers.get("set-cookie")).toMatch(/^gozcu_login=; Path=\/; Expires=Thu, 01 Jan 1970/);
  });

  test("is worth nothing at the API", async () => {
    const cookie = await page.login();
    const { status } = await page.get("/api/jobs", cookie);
    expect([status, (await page.get("/api/jobs", withKey)).status]).toEqual([401, 200]);
  });
});

describe("what another site's page sends in a visitor's name", () => {
  const ofOthers = [
    { "Sec-Fetch-Site": "cross-site" },
    { "Sec-Fetch-Site": "same-site" },
    { Origin: "https://evil.example" },
    { Origin: "null" },
  ];
  test.each(["/login", "/logout", "/webrtc-check"].flatMap((path) => ofOthers.map((headers) => ({ path, headers }))))(
    "is refused: $path $headers",
    async ({ path, headers }) => {
      const response = await page.submit(path, { key: pageKey }, { ...(await page.login()), ...headers });
      expect([response.status, response.headers.get("set-cookie")]).toEqual([403, null]);
    },
  );

  test("is told from what the page itself sends", async () => {
    const own = [{ "Sec-Fetch-Site": "same-origin" }, { Origin: page.url }, {}];
    for (const headers of own) expect((await page.submit("/login", { key: pageKey }, headers)).status).toBe(303);
  });
});

describe("a picture", () => {
  const path = `/pictures/${completedJob.id}/0`;

  test("is shown to those who have logged in, and does nothing but be one", async () => {
    world.image = { contentType: "image/png", bytes: Buffer.from("png") };
    const response = await page.get(path, await page.login());
    expect([response.status, response.headers.get("content-type"), await response.text()]).toEqual([
      200,
      "image/png",
      "png",
    ]);
    expect(response.headers.get("content-security-policy")).toMatch(/^default-src 'none'; .*sandbox$/);
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  });

  test("is not shown to others", async () => {
    world.image = { contentType: "image/png", bytes: Buffer.from("png") };
    expect((await page.get(path)).status).toBe(401);
    expect((await page.get(path, { Cookie: "gozcu_login=1.2" })).status).toBe(401);
    expect((await page.get(path, withKey)).status).toBe(401);
  });

  test.each(["text/html", "application/javascript"])("is none where ComfyUI calls it %s", async (contentType) => {
    world.image = { contentType, bytes: Buffer.from("<script>alert(1)</script>") };
    expect((await page.get(path, await page.login())).status).toBe(404);
  });

  test.each(["/pictures/x/0", `/pictures/${completedJob.id}/x`, `/pictures/${completedJob.id}/1000`])(
    "is not looked for under %s",
    async (wrong) => {
      world.image = { contentType: "image/png", bytes: Buffer.from("png") };
      expect((await page.get(wrong, await page.login())).status).toBe(404);
    },
  );
});

describe("a session for the WebRTC check", () => {
  test("is opened for those who have logged in", async () => {
    const response = await page.submit("/webrtc-check", {}, await page.login());
    expect(response.status).toBe(201);
    expect(await response.json()).toMatchObject({ token: "a-token", iceServers: [{ username: "u" }] });
    expect((await page.submit("/webrtc-check", {})).status).toBe(401);
  });
});

describe("the stream", () => {
  async function readFirst(path: string, headers: Record<string, string> = {}) {
    const leaving = new AbortController();
    const response = await fetch(page.url + path, { headers, signal: leaving.signal });
    const reader = response.body?.getReader();
    let text = "";
    while (!text.includes("event: tick")) {
      const { value, done } = (await reader?.read()) ?? { done: true, value: undefined };
      if (done) break;
      text += new TextDecoder().decode(value);
    }
    leaving.abort();
    return { status: response.status, text };
  }

  test("is everybody's of what everybody may see", async () => {
    const { text } = await readFirst("/events");
    expect(text).toContain('"audience":"public"');
    expect(text).not.toContain("event: jobs");
  });

  test("tells more to those who have logged in", async () => {
    const { text } = await readFirst("/events?range=7d", await page.login());
    for (const event of ["jobs", "alerts", "numbers", "sources", "remediations", "chart-queueSize"])
      expect(text).toContain(`event: ${event}\n`);
  });

  test("does not repeat what the page has shown", async () => {
    const cookie = await page.login();
    const shown = await (await page.get("/", cookie)).text();
    const state = /data-state="([\w-]{16})"/.exec(shown)?.[1];
    expect((await readFirst(`/events?range=1h&state=${state}`, cookie)).text).not.toContain("event: jobs");
  });

  test("is not opened by a HEAD", async () => {
    const response = await fetch(`${page.url}/events`, { method: "HEAD" });
    expect(response.status).toBe(200);
  });

  test("holds no place among the requests in hand", async () => {
    const leaving = new AbortController();
    const streams = 20;
    for (let n = 0; n < streams; n += 1) await fetch(`${page.url}/events`, { signal: leaving.signal });
    // As many as may be worked on at a time, and some more, are open, and the next request is answered at once.
    expect((await page.get("/")).status).toBe(200);
    leaving.abort();
  });
});
