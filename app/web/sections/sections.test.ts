import { describe, expect, test } from "@jest/globals";
import { healthy, readAt, statistics } from "../../api/fake-desks.ts";
import type { Remediation } from "../../api/ports.ts";
import { limits } from "../../catalogue/limits.ts";
import type { PageFacts } from "../page-facts.ts";
import { completedJob, createTestFacts, firingAlert, links } from "../test-page.ts";
import { renderAlerts } from "./alerts.ts";
import { renderCharts } from "./charts.ts";
import { renderJobs } from "./jobs.ts";
import { renderNumbers } from "./numbers.ts";
import { renderOverall } from "./overall.ts";
import { renderRemediations } from "./remediations.ts";
import { renderServices } from "./services.ts";
import { renderSources } from "./sources.ts";

/** What a person reads, without what is for screen readers alone kept apart. */
function textOf(section: { readonly html: unknown }): string {
  const text = String(section.html).replaceAll(/<[^>]*>/g, " ");
  return text.replaceAll(/\s+/g, " ").trim();
}

const all = (facts: PageFacts) => [
  renderOverall(facts, { detailed: true }),
  renderNumbers(facts),
  renderAlerts(facts),
  renderServices(facts, { detailed: true }),
  ...renderCharts(facts),
  renderJobs(facts, links),
  renderSources(facts),
  renderRemediations(facts),
];

const long = new Date(readAt.getTime() + limits.statisticsStaleMs + 60_000);

describe("jobs", () => {
  const show = (changes: Partial<PageFacts>, where = links) => renderJobs(createTestFacts(changes), where);

  test("are told of with what was asked for, how long it took, the picture and the whole trace id", () => {
    const section = show({ jobs: { value: [completedJob], at: readAt } });
    expect(textOf(section)).toContain("completed a lighthouse in the fog took 3s");
    expect(textOf(section)).toContain(`trace ${completedJob.traceId}`);
    expect(String(section.html)).toContain(
      `<img src="/pictures/${completedJob.id}/0" width="56" height="56" loading="lazy"`,
    );
  });

  test("lead to their trace where Jaeger is known", () => {
    const jaeger = { ...links, jaeger: "http://127.0.0.1:16686" };
    const section = renderJobs(createTestFacts({ jobs: { value: [completedJob], at: readAt } }), jaeger);
    expect(String(section.html)).toContain(`href="http://127.0.0.1:16686/trace/${completedJob.traceId}"`);
  });

  test("in hand show how far they are, and since when", () => {
    const { finishedAt: _, ...rest } = completedJob;
    const job = { ...rest, status: "processing" as const, progress: 0.428, images: [] };
    expect(textOf(show({ jobs: { value: [job], at: readAt } }))).toContain("42% running for a moment");
  });

  test("that failed say why", () => {
    const error = { code: "comfyui_execution_error", message: "out of memory" };
    const job = { ...completedJob, status: "failed" as const, images: [], error };
    expect(textOf(show({ jobs: { value: [job], at: readAt } }))).toContain("comfyui_execution_error out of memory");
  });

  test("are told how to be submitted where there are none", () => {
    expect(textOf(show({}))).toContain(
      "No job yet. Submit the first, with the API key in KEY : curl -s http://127.0.0.1:3000/api/jobs",
    );
  });

  test("that could not be read are not said to be none", () => {
    expect(textOf(show({ jobs: undefined }))).toBe("Last jobs Not known: the database has not answered yet.");
  });

  test("that were read long ago say so", () => {
    const section = show({ jobs: { value: [completedJob], at: readAt }, now: long });
    expect(textOf(section)).toContain("The database does not answer: this is the list of 1m ago .");
  });
});

describe("numbers", () => {
  test("are the last known ones, with their age, while the database is away", () => {
    expect(textOf(renderNumbers(createTestFacts({ now: long })))).toContain("these are the numbers of 1m ago .");
    expect(textOf(renderNumbers(createTestFacts()))).not.toContain("does not answer");
  });

  test("are a dash where nothing ended, and marked where they are below what is documented", () => {
    const changed = { ...statistics, jobSuccessRatio: 0.5, webhookSuccessRatio: null };
    const section = renderNumbers(createTestFacts({ health: { ...healthy, statistics: changed } }));
    expect(textOf(section)).toContain("Success rate 50% last hour (not as it should be)");
    expect(textOf(section)).toContain("Webhook success – last hour");
  });

  test("are not made up before the database has answered", () => {
    const { statistics: _, ...health } = healthy;
    expect(textOf(renderNumbers(createTestFacts({ health })))).toContain("No numbers yet");
  });
});

describe("alerts", () => {
  test("are told with value, threshold, since when, and where they lead to", () => {
    const annotations = { ...firingAlert.annotations, dashboard_url: "http://127.0.0.1:3001/d/x" };
    const section = renderAlerts(createTestFacts({ firing: [{ ...firingAlert, annotations }], now: long }));
    expect(textOf(section)).toContain("is 57 jobs fires at more than 50 jobs for 1m");
    expect(String(section.html)).toContain('href="/runbooks/QueueSizeHigh"');
    expect(String(section.html)).toContain('href="http://127.0.0.1:3001/d/x"');
  });

  test.each([
    [{ alive: false }, "Alertmanager is not connected"],
    [{ alive: true, lastSeenAt: readAt }, "Nothing fires. Alerting is alive: its Watchdog was heard a moment ago"],
    [{ alive: false, lastSeenAt: readAt }, "Alerting is silent: its Watchdog was last heard a moment ago"],
  ])("%j: says whether any would arrive", (watchdog, words) => {
    expect(textOf(renderAlerts(createTestFacts({ watchdog })))).toContain(words);
  });
});

describe("services", () => {
  const health = {
    ...healthy,
    services: { ...healthy.services, comfyui: { status: "down", since: readAt, reason: "refused" } as const },
  };

  test("tell everybody what is up and down, and why only those with a key", () => {
    const shown = (detailed: boolean) => textOf(renderServices(createTestFacts({ health }), { detailed }));
    expect(shown(false)).toContain("ComfyUI down for a moment");
    expect([shown(false).includes("refused"), shown(true).includes("refused")]).toEqual([false, true]);
  });

  test("are no news when they answer as fast as before", () => {
    const at = (latencyMs: number) => {
      const services = { ...healthy.services, database: { ...healthy.services.database, latencyMs } };
      return String(renderServices(createTestFacts({ health: { ...healthy, services } }), { detailed: true }).html);
    };
    expect(at(31.2)).toBe(at(38.9));
    expect(at(31.2)).not.toBe(at(41.2));
  });
});

describe("charts", () => {
  const points = [{ at: readAt, value: 1 }];
  const history = {
    ...({ range: "24h", source: "recorded", until: readAt } as const),
    points: { dashboardStatus: points, queueSize: points, successRate: points, processingTime: points },
  };
  const show = (changes: Partial<PageFacts>) => renderCharts(createTestFacts({ range: "24h", ...changes }));

  test("are a section each, under the range that was chosen", () => {
    const [about, ...charts] = show({ history: { value: history, at: readAt } });
    expect(String(about?.html)).toContain('href="/?range=24h" aria-current="true"');
    expect(charts.map(({ id }) => id)).toEqual([
      ...["chart-dashboardStatus", "chart-queueSize", "chart-successRate", "chart-processingTime"],
    ]);
    for (const { html } of charts) expect(String(html)).toMatch(/<svg [\s\S]*<table/);
  });

  test("say where they are from, and when they could not be read again", () => {
    const [fresh] = show({ history: { value: history, at: readAt } });
    const [old] = show({ history: { value: history, at: readAt }, now: long });
    expect(String(fresh?.html)).toContain("Prometheus is not connected.");
    expect([fresh, old].map((one) => String(one?.html).includes("Read "))).toEqual([false, true]);
  });

  test("that nothing is known for are not drawn empty", () => {
    expect(
      show({})
        .map((section) => textOf(section))
        .at(-1),
    ).toBe("Processing Time Reading the past…");
  });
});

describe("sources and remediations", () => {
  test("a source that has fallen silent says so", () => {
    const sources = [{ source: "partner", metrics: { activeUsers: 3 }, reportedAt: readAt }];
    const show = (now: Date) => textOf(renderSources(createTestFacts({ health: { ...healthy, sources }, now })));
    expect(show(readAt)).toContain("partner reported a moment ago 1 number activeUsers 3");
    expect(show(new Date(readAt.getTime() + (limits.sourceSilentSeconds + 1) * 1_000))).toContain("silent, last heard");
  });

  test("an attempt tells how it ended, and what it wrote", () => {
    const attempt: Remediation = {
      id: "1",
      alert: "ComfyuiDown",
      startedAt: readAt,
      ending: { outcome: "failed", reason: "ended with code 3", output: "no such unit", endedAt: long },
    };
    const section = renderRemediations(createTestFacts({ remediations: { value: [attempt], at: readAt } }));
    expect(textOf(section)).toContain(
      "failed ComfyuiDown a moment ago , took 1m 10s It ended with code 3 What it wrote no such unit",
    );
  });

  test("says whether a remediation is configured where none was tried", () => {
    const show = (remediations?: { succeeded: number; failed: number }) =>
      textOf(renderRemediations(createTestFacts({ health: { ...healthy, ...(remediations && { remediations }) } })));
    expect([show(), show({ succeeded: 0, failed: 0 })]).toEqual([
      expect.stringContaining("Off:"),
      expect.stringContaining("No attempt yet"),
    ]);
  });
});

describe("what others wrote", () => {
  const hostile = `"'><script>alert(1)</script><img src=x onerror=alert(1)>`;
  const hostileUrl = "javascript:alert(1)//https://";
  const facts = createTestFacts({
    health: {
      ...healthy,
      status: "degraded",
      reasons: [hostile],
      services: {
        ...healthy.services,
        comfyui: { status: "down", since: readAt, reason: hostile, version: hostile },
        queue: { status: "up", since: readAt, latencyMs: 1, version: hostile },
      },
      sources: [{ source: hostile, metrics: { [hostile]: 1 }, reportedAt: readAt }],
      remediations: { succeeded: 0, failed: 1 },
    },
    firing: [
      {
        ...firingAlert,
        name: hostile,
        fingerprint: hostile,
        labels: { alertname: hostile, severity: hostile, [hostile]: hostile },
        annotations: {
          ...{ summary: hostile, value: hostile, threshold: hostile },
          ...{ runbook_url: hostileUrl, dashboard_url: hostileUrl },
        },
      },
    ],
    jobs: {
      value: [
        { ...completedJob, prompt: hostile, traceId: hostile },
        { ...completedJob, id: hostile, status: "failed", images: [], error: { code: hostile, message: hostile } },
      ],
      at: readAt,
    },
    remediations: {
      value: [
        {
          id: hostile,
          alert: hostile,
          startedAt: readAt,
          ending: { outcome: "failed", reason: hostile, output: hostile, endedAt: readAt },
        },
      ],
      at: readAt,
    },
  });

  test.each(all(facts).map((section) => [section.id, String(section.html)]))("is only text in %s", (_id, text) => {
    expect(text).not.toMatch(/<script|onerror=[^&]*>|javascript:/i);
    // Every attribute that a tag has is one of ours.
    const names = [...text.matchAll(/<\w+((?:\s+[\w-]+(?:="[^"]*")?)*)\s*\/?>/g)].flatMap(([, attributes = ""]) =>
      [...attributes.matchAll(/\s([\w-]+)(?:="[^"]*")?/g)].map(([, name]) => name),
    );
    expect(names.filter((name) => name?.startsWith("on"))).toEqual([]);
    // And every tag is whole: no text has broken out of one.
    expect(text.replaceAll(/<\/?\w+(?:\s+[\w-]+(?:="[^"]*")?)*\s*\/?>/g, "")).not.toMatch(/[<>]/);
  });

  test("is cut where it is long", () => {
    const endless = "x".repeat(100_000);
    const summary = { ...firingAlert, annotations: { summary: endless } };
    expect(String(renderAlerts(createTestFacts({ firing: [summary] })).html).length).toBeLessThan(3_000);
  });
});
