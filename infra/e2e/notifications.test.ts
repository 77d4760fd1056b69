import { beforeAll, describe, expect, test } from "@jest/globals";
import { startAlertProduct } from "./alert-product.ts";
import { type Alertmanager, type PostedAlert, startAlertmanager } from "./alertmanager.ts";
import type { Channel, Fault } from "./channels/channel.ts";
import { type Channels, startChannels } from "./channels/channels.ts";
import { type Heartbeat, startHeartbeat } from "./channels/heartbeat.ts";
import { eventually } from "./eventually.ts";
import { createKeep } from "./keep.ts";
import { findAlertmanager } from "./programs.ts";

/** A group waits one second, and is looked at every two. */
const scale = 1 / 30;
const beatMs = 2_000;

const annotations = {
  summary: "The queue is long",
  description: "60 jobs are pending, and more than 50 are too many",
  value: "60",
  threshold: "> 50",
  runbook_url: "http://127.0.0.1:3000/runbooks/x?a=1&b=2",
  dashboard_url: "http://127.0.0.1:3001/d/gozcu_queue/queue?viewPanel=2&var-job=dashboard",
};
const nasty = "<b>&\"'</b> &amp; *bold* _it_ `code` ~~gone~~ ||spoiler|| [a](http://b) #1 \\ {{ .Status }} çğ 🙂";

const program = findAlertmanager();
(program === undefined ? describe.skip : describe)("notifications by a real Alertmanager", () => {
  const keep = createKeep();
  let channels: Channels;
  let product: Channel;
  let heartbeat: Heartbeat;
  let alertmanager: Alertmanager;

  beforeAll(async () => {
    channels = keep(await startChannels());
    const receiver = keep(await startAlertProduct());
    product = receiver;
    heartbeat = keep(await startHeartbeat({ periodMs: 60_000, graceMs: 60_000 }));
    alertmanager = keep(
      await startAlertmanager(program ?? "", {
        channels: channels.settings,
        productUrl: receiver.url,
        deadmanUrl: heartbeat.url,
        scale,
      }),
    );
  });

  /** What each channel shows of an alert: the messages' words without the marks of any markup. */
  function texts(alertname: string): string[][] {
    return channels.all.map((channel) =>
      channel
        .received()
        .map(({ text }) => text.replace(/[\\*_`~|<>[\]]|\s+(?=\()/g, "").replace(/\s+/g, " "))
        .filter((text) => text.includes(alertname)),
    );
  }

  /** Waits until every channel has so many messages of an alert, and gives the last: the same from all four. */
  async function untilTold(alertname: string, count = 1): Promise<string> {
    await eventually(() => expect(texts(alertname).map((all) => all.length)).toEqual([count, count, count, count]));
    for (const channel of channels.all) expect(channel.refused()).toEqual([]);
    const [told = "", ...others] = texts(alertname).map((all) => all.at(-1));
    for (const other of others) expect(other).toBe(told);
    return told;
  }

  test("say what, value, threshold, since when, severity, runbook and dashboard, and then that it is over", async () => {
    const startsAt = new Date(Date.now() - 90_000);
    const alert: PostedAlert = {
      labels: { alertname: "QueueSizeHigh", severity: "warning", job: "dashboard" },
      annotations,
      startsAt,
    };
    const since = startsAt.toISOString().replace("T", " ").replace(/\..*/, " UTC");
    const facts = [
      annotations.description,
      "Value: 60",
      "Threshold: 50",
      "Severity: warning",
      `Since: ${since}`,
      "Labels: job=dashboard",
      `Runbook: ${annotations.runbook_url}`,
      `Dashboard: ${annotations.dashboard_url.replace("_", "")}`,
    ];

    await alertmanager.post(alert);
    expect(await untilTold("QueueSizeHigh")).toBe(`FIRING QueueSizeHigh: The queue is long ${facts.join(" ")}`);

    const endsAt = new Date(startsAt.getTime() + 75_000);
    await alertmanager.post({ ...alert, endsAt });
    const resolved = await untilTold("QueueSizeHigh", 2);
    expect(resolved).toMatch(/^RESOLVED QueueSizeHigh: The queue is long /);
    expect(resolved).toContain(`${since}, resolved ${endsAt.toISOString().replace("T", " ").replace(/\..*/, " UTC")}`);
    expect(resolved).toContain("after 1m15s");
    for (const fact of facts) expect(resolved).toContain(fact);
  });

  test("show markup as the text that it is", async () => {
    await alertmanager.post({
      labels: { alertname: "JobSuccessRateLow", severity: "warning", source: "<i>&" },
      annotations: {
        ...annotations,
        summary: nasty,
        description: nasty,
        value: "<60> & *more*",
        threshold: "> 50_000",
      },
    });
    const told = await untilTold("JobSuccessRateLow");
    const shown = "b&\"'/b &amp; bold it code gone spoiler a(http://b) #1 {{ .Status }} çğ 🙂";
    expect(told).toContain(`FIRING JobSuccessRateLow: ${shown} ${shown} Value: 60 & more Threshold: 50000 `);
    expect(told).toContain("Labels: source=i& ");
  });

  test("list several alerts of a group, the firing ones first, each with its own facts", async () => {
    const alert = (source: string): PostedAlert => ({
      labels: { alertname: "TelemetrySourceSilent", severity: "info", source },
      annotations: { ...annotations, summary: `${source} is silent` },
    });
    await alertmanager.post(alert("first"), alert("second"));
    expect(await untilTold("TelemetrySourceSilent")).toMatch(
      /^FIRING 2 TelemetrySourceSilent FIRING: first is silent .* FIRING: second is silent /,
    );
    await alertmanager.post({ ...alert("first"), endsAt: new Date() });
    const mixed = await untilTold("TelemetrySourceSilent", 2);
    expect(mixed).toMatch(/^FIRING 1, RESOLVED 1 .* FIRING: second is silent .* RESOLVED: first is silent /);
    expect(mixed.split(`Runbook: ${annotations.runbook_url}`)).toHaveLength(3);
  });

  test.each([
    ["LatencyBudgetBurn", "x".repeat(3_000)],
    ["WebhooksBudgetBurn", "🙂".repeat(3_000)],
    ["AvailabilityBudgetBurn", nasty.repeat(30)],
    ["NotificationsFailing", "<&>*_\\".repeat(500)],
  ])("keep every limit with 50 alerts of 3,000 characters (%s)", async (alertname, long) => {
    const all = Array.from({ length: 50 }, (_, i) => ({
      labels: { alertname, severity: "critical", instance: `${i} ${long}` },
      annotations: Object.fromEntries(Object.keys(annotations).map((name) => [name, `${i} ${long}`])),
    }));
    await alertmanager.post(...all);
    await eventually(() => expect(texts(alertname).map(({ length }) => length)).toEqual([1, 1, 1, 1]));
    for (const channel of channels.all) expect(channel.refused()).toEqual([]);
    for (const [told] of texts(alertname)) {
      expect(told).toContain(`FIRING 50 ${alertname}`);
      expect(told).toMatch(/50 alerts in all; those not listed: http/);
      expect(told).toContain("Severity: critical");
    }
  });

  test("are not sent for what another alert explains", async () => {
    const alert = (alertname: string): PostedAlert => ({ labels: { alertname, severity: "critical" }, annotations });
    await alertmanager.post(alert("ComfyuiDown"), alert("DashboardDegraded"), alert("WorkerStalled"));
    await untilTold("ComfyuiDown");
    // Its group was due at the same time; what is told next comes later.
    await alertmanager.post(alert("RemediationFailed"));
    await untilTold("RemediationFailed");
    expect(texts("DashboardDegraded").flat()).toEqual([]);
    expect(texts("WorkerStalled").flat()).toEqual([]);
  });

  /** Alertmanager tries again soon, but after a 429 of Slack or Discord only at the next interval of the group. */
  test.each<[alertname: string, Fault]>([
    ["TargetDown", "rateLimit"],
    ["RuleEvaluationFailing", "serverError"],
  ])(
    "reach everybody in the end, and so does their end, when each first meets a fault (%s, %s)",
    async (alertname, fault) => {
      const alert = { labels: { alertname, severity: "critical" }, annotations };
      for (const channel of channels.all) channel.failNext(1, fault);
      await alertmanager.post(alert);
      await untilTold(alertname);
      for (const channel of channels.all) channel.failNext(1, fault);
      await alertmanager.post({ ...alert, endsAt: new Date() });
      expect(await untilTold(alertname, 2)).toContain("RESOLVED");
    },
  );

  test("reach everybody in the end, and so does their end, when nobody can be reached at first", async () => {
    const alert = { labels: { alertname: "WebrtcConnectionSlow", severity: "warning" }, annotations };
    const failed = async () => {
      const page = await (await fetch(`${alertmanager.url}/metrics`)).text();
      const requests = page.matchAll(
        /^alertmanager_notification_requests_failed_total\{integration="(\w+)".*\} (\d+)$/gm,
      );
      return Object.fromEntries([...requests].map(([, integration, count]) => [integration, Number(count)]));
    };
    for (const count of [1, 2]) {
      const before = await failed();
      await Promise.all(channels.all.map((channel) => channel.refuse()));
      await alertmanager.post(count === 1 ? alert : { ...alert, endsAt: new Date() });
      for (const { name } of channels.all)
        await eventually(async () => expect((await failed())[name]).toBeGreaterThan(before[name] ?? 0));
      await Promise.all(channels.all.map((channel) => channel.accept()));
      await untilTold("WebrtcConnectionSlow", count);
    }
  });

  test("are sent anew for what comes again after a cause had silenced it", async () => {
    const alert = (alertname: string, severity: string): PostedAlert => ({
      labels: { alertname, severity },
      annotations,
    });
    const [symptom, cause] = [alert("WebhookDown", "warning"), alert("DatabaseDown", "critical")];
    const over = { endsAt: new Date(Date.now() - 1) };
    await alertmanager.post(symptom);
    await untilTold("WebhookDown");
    await alertmanager.post(cause);
    await untilTold("DatabaseDown");
    await alertmanager.post({ ...symptom, ...over }, { ...cause, ...over });
    expect(await untilTold("DatabaseDown", 2)).toContain("RESOLVED");
    expect(await untilTold("WebhookDown", 2)).toContain("RESOLVED");
    await alertmanager.post(symptom);
    expect(await untilTold("WebhookDown", 3)).toContain("FIRING");
  });

  test("tell the product of every alert, and of its end", async () => {
    const told = () => product.received().map(({ text }) => text);
    await eventually(() => expect(told()).toEqual(expect.arrayContaining(["resolved QueueSizeHigh"])));
    expect(told()).toEqual(expect.arrayContaining(["firing QueueSizeHigh", "firing ComfyuiDown"]));
    expect(product.refused()).toEqual([]);
  });

  test("of the Watchdog go to the heartbeat at every interval and to the product, and to nobody else", async () => {
    await alertmanager.post({ labels: { alertname: "Watchdog", severity: "none" }, annotations });
    await eventually(() => expect(heartbeat.received().length).toBeGreaterThan(4));
    const beats = heartbeat.received().map(({ at }) => at.getTime());
    const gaps = beats.slice(1).map((at, i) => at - (beats[i] ?? 0));
    // A skipped beat makes every gap twice as long.
    expect(gaps.toSorted((a, b) => a - b)[1]).toBeLessThan(1.5 * beatMs);
    expect(product.received().map(({ text }) => text)).toContain("firing Watchdog");
    expect(texts("Watchdog").flat()).toEqual([]);
  });
});
