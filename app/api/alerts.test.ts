import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { limits } from "../catalogue/limits.ts";
import { alertsToken, createWorld, databaseDown, readAt, startTestApi, withKey } from "./fake-desks.ts";

const world = createWorld();
let api: Awaited<ReturnType<typeof startTestApi>>;
beforeAll(async () => {
  api = await startTestApi(world);
});
afterAll(() => api.close());
beforeEach(() => {
  world.database = () => undefined;
  world.remediations.length = 0;
});

const withToken = { Authorization: `Bearer ${alertsToken}` };

/** As Alertmanager 0.25 writes it. */
function renderAlert(name: string, status: "firing" | "resolved" = "firing") {
  return {
    status,
    labels: { alertname: name, severity: "critical", service: "comfyui" },
    annotations: { summary: `${name} fires` },
    startsAt: "2026-11-23T13:04:05.678912345+03:00",
    endsAt: "0001-01-01T00:00:00Z",
    generatorURL: "http://prometheus:9090/graph?g0.expr=up",
    fingerprint: `of-${name}`,
  };
}

function renderReport(alerts: readonly unknown[]) {
  return {
    version: "4",
    groupKey: '{}:{alertname="ComfyuiDown"}',
    truncatedAlerts: 0,
    status: "firing",
    receiver: "gozcu",
    groupLabels: { alertname: "ComfyuiDown" },
    commonLabels: {},
    commonAnnotations: {},
    externalURL: "http://alertmanager:9093",
    alerts,
  };
}

const report = (body: unknown, headers: Record<string, string> = withToken) =>
  api.send("POST", "/api/alerts", { headers, body });
const list = () => api.send("GET", "/api/alerts", { headers: withKey });

describe("what Alertmanager reports", () => {
  test("is listed while it fires, and not once it is resolved", async () => {
    const answer = await report(renderReport([renderAlert("ComfyuiDown"), renderAlert("QueueSizeHigh")]));
    expect([answer.status, answer.body]).toEqual([202, { accepted: 2 }]);
    const { body } = await list();
    expect(body).toMatchObject({ alerts: [{ name: "ComfyuiDown" }, { name: "QueueSizeHigh" }], remediations: [] });
    expect(body).toHaveProperty("alerts.0", {
      name: "ComfyuiDown",
      severity: "critical",
      labels: { alertname: "ComfyuiDown", severity: "critical", service: "comfyui" },
      annotations: { summary: "ComfyuiDown fires" },
      since: "2026-11-23T10:04:05.678Z",
      lastSeenAt: expect.stringMatching(/Z$/),
      fingerprint: "of-ComfyuiDown",
    });
    await report(renderReport([renderAlert("ComfyuiDown", "resolved"), renderAlert("QueueSizeHigh", "resolved")]));
    expect((await list()).body).toMatchObject({ alerts: [] });
  });

  test("may be of an alert without severity and annotations", async () => {
    const bare = { ...renderAlert("Bare"), labels: { alertname: "Bare" }, annotations: {} };
    expect((await report(renderReport([bare]))).status).toBe(202);
    expect((await list()).body).toMatchObject({ alerts: [{ name: "Bare", severity: null }] });
    await report(renderReport([{ ...bare, status: "resolved" }]));
  });

  test("tells that the Watchdog lives, which is not listed itself", async () => {
    expect((await list()).body).toHaveProperty("watchdog", { lastSeenAt: null, ageSeconds: null, alive: false });
    await report(renderReport([renderAlert("Watchdog")]));
    expect((await list()).body).toMatchObject({
      watchdog: { lastSeenAt: expect.stringMatching(/Z$/), ageSeconds: expect.any(Number), alive: true },
      alerts: [],
    });
  });

  test("may be larger than other bodies, up to the limit", async () => {
    const filled = (characters: number) => {
      const alert = { ...renderAlert("Long", "resolved"), annotations: { description: "x".repeat(characters) } };
      return report(renderReport([alert]));
    };
    expect((await filled(limits.bodyBytes * 2)).status).toBe(202);
    expect((await filled(limits.jobBodyBytes)).status).toBe(413);
  });
});

describe("a report", () => {
  test.each([
    ["without a token", {}],
    ["with another token", { Authorization: "Bearer a-guess-at-the-token" }],
    ["with the token as Basic", { Authorization: `Basic ${alertsToken}` }],
    ["with an API key alone", withKey],
  ])("%s is refused, and nothing of it is kept", async (_, headers) => {
    const answer = await report(renderReport([renderAlert("Forged")]), headers);
    expect(answer.status).toBe(401);
    expect(answer.headers.get("www-authenticate")).toMatch(/^Bearer /);
    expect(answer.headers.get("content-type")).toMatch(/^application\/problem\+json/);
    expect(JSON.stringify(answer.body)).not.toContain("a-guess");
    expect((await list()).body).toMatchObject({ alerts: [] });
  });

  const { alertname: _, ...nameless } = renderAlert("X").labels;
  test.each([
    ["/version", { ...renderReport([]), version: "3" }],
    ["/alerts", { ...renderReport([]), alerts: undefined }],
    ["/alerts/0/status", renderReport([{ ...renderAlert("X"), status: "burning" }])],
    ["/alerts/0/labels/alertname", renderReport([{ ...renderAlert("X"), labels: nameless }])],
    ["/alerts/0/labels/n", renderReport([{ ...renderAlert("X"), labels: { alertname: "X", n: 1 } }])],
    ["/alerts/0/startsAt", renderReport([{ ...renderAlert("X"), startsAt: "yesterday" }])],
    ["/alerts/1/fingerprint", renderReport([renderAlert("Y"), { ...renderAlert("X"), fingerprint: "" }])],
  ])("of the wrong shape at %s is refused as a whole", async (pointer, body) => {
    const answer = await report(body);
    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({ errors: [{ pointer }] });
    expect((await list()).body).toMatchObject({ alerts: [] });
  });
});

describe("the remediations", () => {
  test("are listed with how they ended", async () => {
    const attempt = { alert: "ComfyuiDown", startedAt: readAt };
    world.remediations.push(
      { ...attempt, id: "01936f7e-7c3a-7d11-8f00-5b7c3f1d2a91" },
      {
        ...attempt,
        id: "01936f7e-7c3a-7d11-8f00-5b7c3f1d2a90",
        ending: { endedAt: readAt, outcome: "failed", reason: "ended with exit code 3", output: "no such unit\n" },
      },
    );
    const startedAt = readAt.toISOString();
    const shown = { alert: "ComfyuiDown", startedAt };
    expect((await list()).body).toHaveProperty("remediations", [
      {
        ...shown,
        id: "01936f7e-7c3a-7d11-8f00-5b7c3f1d2a91",
        endedAt: null,
        outcome: null,
        reason: null,
        output: "",
      },
      {
        ...shown,
        id: "01936f7e-7c3a-7d11-8f00-5b7c3f1d2a90",
        endedAt: startedAt,
        outcome: "failed",
        reason: "ended with exit code 3",
        output: "no such unit\n",
      },
    ]);
  });

  test("are not known while the database is down; all else is", async () => {
    world.database = databaseDown;
    const { status, body } = await list();
    expect(status).toBe(200);
    expect(body).toMatchObject({ watchdog: { alive: true }, alerts: [], remediations: null });
  });
});
