import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type ChannelName, channelNames } from "../app/catalogue/notifications.ts";
import { findProgram } from "../infra/e2e/programs.ts";
import { renderTemplates } from "./templates.ts";

/** What the services allow, and Alertmanager before it sends: in characters of the text with its markup. */
const limits = { title: 256, body: 4_096 };
const amtool = findProgram("amtool");

(amtool === undefined ? describe.skip : describe)("the templates", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "gozcu-"));
    writeFileSync(join(folder, "gozcu.tmpl"), renderTemplates());
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  interface ShownAlert {
    readonly status: "firing" | "resolved";
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  }
  const times = { startsAt: "2026-11-23T14:30:00+03:00", endsAt: "2026-11-23T12:42:05Z" };

  /** As Alertmanager renders it: Telegram's as HTML, the others' as text. */
  function render(channel: ChannelName, part: "title" | "body", alerts: readonly ShownAlert[]): string {
    const common = alerts.length === 1 ? alerts[0]?.annotations : {};
    const data = join(folder, "data.json");
    writeFileSync(
      data,
      JSON.stringify({
        status: alerts.some(({ status }) => status === "firing") ? "firing" : "resolved",
        alerts: alerts.map((alert) => ({ ...alert, ...times })),
        commonLabels: { alertname: alerts[0]?.labels.alertname },
        commonAnnotations: common,
        externalURL: "http://alertmanager",
      }),
    );
    const { status, stdout, stderr } = spawnSync(
      amtool ?? "",
      [
        "template",
        "render",
        `--template.glob=${folder}/*.tmpl`,
        `--template.type=${channel === "telegram" ? "html" : "text"}`,
        `--template.text={{ template "gozcu.${channel}.${part}" . }}`,
        `--template.data=${data}`,
      ],
      { encoding: "utf8" },
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    return stdout.replace(/\n$/, "");
  }
  const alert: ShownAlert = {
    status: "firing",
    labels: { alertname: "QueueSizeHigh", severity: "warning", job: "a<b_c" },
    annotations: {
      summary: "long & *longer*",
      description: "60 > 50",
      value: "60",
      threshold: "> 50",
      runbook_url: "http://runbook/a_b?c=1&d=2",
      dashboard_url: "http://dashboard",
    },
  };

  test("write plain text for e-mail", () => {
    expect(render("email", "title", [alert])).toBe("[FIRING] QueueSizeHigh: long & *longer*");
    expect(render("email", "body", [alert]).trimEnd().split("\n")).toEqual([
      "60 > 50",
      "Value: 60",
      "Threshold: > 50",
      "Severity: warning",
      "Since: 2026-11-23 11:30:00 UTC",
      "Labels: job=a<b_c",
      "Runbook: http://runbook/a_b?c=1&d=2",
      "Dashboard: http://dashboard",
    ]);
  });

  test("write each channel's own marks and escapes", () => {
    expect(render("slack", "title", [alert])).toBe("[FIRING] QueueSizeHigh: long &amp; *longer*");
    expect(render("slack", "body", [alert])).toContain("Runbook: <http://runbook/a_b?c=1&amp;d=2>\n");
    expect(render("discord", "title", [alert])).toBe(String.raw`[FIRING] QueueSizeHigh: long & \*longer\*`);
    expect(render("discord", "body", [alert])).toContain("Runbook: <http://runbook/a_b?c=1&d=2>\n");
    expect(render("discord", "body", [alert])).toContain(String.raw`Labels: job=a\<b\_c`);
    expect(render("telegram", "body", [alert])).toMatch(
      /^<b>\[FIRING\] QueueSizeHigh: long &amp; \*longer\*<\/b>\n\n60 &gt; 50\n/,
    );
  });

  test.each(channelNames)("say in %s that an alert is over, and how long it lasted", (channel) => {
    const resolved = { ...alert, status: "resolved" } as const;
    expect(render(channel, "title", [resolved])).toMatch(/^\[RESOLVED\] QueueSizeHigh/);
    expect(render(channel, "body", [resolved])).toContain(
      "Since: 2026-11-23 11:30:00 UTC, resolved 2026-11-23 12:42:05 UTC after 1h12m5s\n",
    );
  });

  test.each(channelNames)("leave out in %s what an alert does not say", (channel) => {
    const bare = { ...alert, annotations: { summary: "only this" } };
    const body = render(channel, "body", [bare]);
    for (const missing of ["Value", "Threshold", "Runbook", "Dashboard"]) expect(body).not.toContain(missing);
    expect(render(channel, "title", [bare])).toContain("only this");
  });

  test.each(channelNames)("cut in %s what is too long, and say so, without cutting an escape in two", (channel) => {
    for (const unit of ["x", "&", "\\", "a&", "**_", "<>&", "🙂", "long words "]) {
      const long = unit.repeat(3_000 / unit.length);
      const all = Array.from({ length: 50 }, () => ({
        ...alert,
        labels: { ...alert.labels, instance: long },
        annotations: Object.fromEntries(Object.keys(alert.annotations).map((name) => [name, long])),
      }));
      for (const alerts of [all, all.slice(0, 1)]) {
        const title = render(channel, "title", alerts);
        const body = render(channel, "body", alerts);
        expect(Array.from(title).length).toBeLessThanOrEqual(limits.title);
        expect(Array.from(body).length).toBeLessThanOrEqual(limits.body);
        expect(body).toContain("…\nValue: ");
        expect(body.includes("50 alerts in all; those not listed: ")).toBe(alerts.length > 1);
        if (channel === "telegram" || channel === "slack") expect(body).not.toMatch(/&(?!amp;|lt;|gt;)/);
        if (channel === "discord") expect(body).not.toMatch(/(^|[^\\])(\\\\)*\\…/);
      }
    }
  });
});
