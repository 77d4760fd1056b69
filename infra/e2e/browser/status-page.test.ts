import { beforeAll, describe, expect, jest, test } from "@jest/globals";
import type { Browser } from "playwright-core";
import { limits } from "../../../app/catalogue/limits.ts";
import { pageLimits } from "../../../app/catalogue/status-page.ts";
import { eventually } from "../eventually.ts";
import { createKeep } from "../keep.ts";
import { apiKey, type ServiceProcess, startServiceProcess } from "../service-process.ts";
import { findBarriers } from "./accessibility.ts";
import { alertsToken, reportAlert } from "./alertmanager-report.ts";
import { findChromium, startChromium } from "./chromium.ts";
import { keepScreenshot } from "./screenshots.ts";
import { readOverflow, type Visitor, visit } from "./visitor.ts";

const chromium = findChromium();
const suite = chromium === undefined ? describe.skip : describe;

const queueIsLong = {
  name: "QueueSizeHigh",
  annotations: {
    summary: "The queue is long",
    value: "57 jobs",
    threshold: "more than 50 jobs",
    dashboard_url: "http://127.0.0.1:3001/d/gozcu-overview?viewPanel=2",
  },
};

// A restart and a failed connection take their time where much runs beside them.
jest.setTimeout(120_000);

suite("the status page in a browser", () => {
  const keep = createKeep();
  let service: ServiceProcess;
  let browser: Browser;

  beforeAll(async () => {
    service = keep(await startServiceProcess({ ALERTS_TOKEN: alertsToken }));
    browser = keep(await startChromium(chromium ?? ""));
  });

  /** A visit that is over after the test, in which the page has done nothing that it must not. */
  async function withVisitor(
    use: (visitor: Visitor) => Promise<void>,
    options?: Parameters<typeof visit>[2],
  ): Promise<void> {
    const visitor = await visit(browser, service.url, options);
    try {
      await use(visitor);
      expect(visitor.misdeeds).toEqual([]);
    } finally {
      await visitor.close();
    }
  }

  const submitJob = async (prompt: string) => {
    const response = await service.post("/api/jobs", { type: "image", prompt });
    expect(response.status).toBe(202);
  };

  test("shows a first visitor that all is well, and nothing that needs the key", () =>
    withVisitor(async ({ page }) => {
      await page.getByRole("heading", { level: 1, name: "All is well" }).waitFor();
      expect(await page.title()).toBe("Well · Gözcü");
      await page.getByText("Live", { exact: true }).waitFor();
      expect(await page.locator("#services").textContent()).toMatch(/Database\s+up for/);
      expect(await page.locator("#jobs, #alerts, .charts").count()).toBe(0);
      expect(await findBarriers(page)).toEqual([]);
      await keepScreenshot(page, "first-visit");
    }));

  test("refuses a wrong key, says so, and lets the right one in and out again", () =>
    withVisitor(async ({ page, logIn }) => {
      await logIn("not-the-key-of-the-service");
      await page.getByRole("alert").waitFor();
      expect(await page.getByRole("alert").textContent()).toContain("This is not a key that is known here");
      expect(await page.evaluate(() => document.activeElement?.id)).toBe("key");
      expect(await findBarriers(page)).toEqual([]);
      await keepScreenshot(page, "wrong-key");
      await logIn();
      await page.getByRole("heading", { name: "Last jobs" }).waitFor();
      await page.getByRole("button", { name: "Log out" }).click();
      await page.getByLabel("API key").waitFor();
      expect(await page.locator("#jobs").count()).toBe(0);
    }));

  test("tells who has the key how to submit a first job, and that no Alertmanager is connected", () =>
    withVisitor(async ({ page, logIn }) => {
      await logIn();
      expect(await page.locator("#jobs pre").textContent()).toContain(`curl -s ${service.url}/api/jobs`);
      expect(await page.locator("#alerts").textContent()).toContain("Alertmanager is not connected");
      expect(await findBarriers(page)).toEqual([]);
      await keepScreenshot(page, "nothing-yet");
    }));

  test("shows a job as it is done, with its picture, and is not loaded anew for that", () =>
    withVisitor(async ({ page, logIn }) => {
      await logIn();
      await page.getByText("Live", { exact: true }).waitFor();
      await page.evaluate(() => document.body.setAttribute("data-mark", "still here"));
      await submitJob("a lighthouse in the fog");
      const job = page.locator(".job").first();
      await job.getByText("a lighthouse in the fog").waitFor();
      await job.getByText("completed").waitFor();
      await job.locator("img").scrollIntoViewIfNeeded();
      await eventually(async () => {
        const width = await job.locator("img").evaluate((image) => (image as HTMLImageElement).naturalWidth);
        expect(width).toBeGreaterThan(0);
      });
      expect(await job.textContent()).toMatch(/took \d/);
      expect(await job.locator("code").last().textContent()).toMatch(/^[0-9a-f]{32}$/);
      expect(await page.locator("body").getAttribute("data-mark")).toBe("still here");
    }));

  test("keeps what has the focus, and what is open, while it changes", () =>
    withVisitor(async ({ page, logIn }) => {
      await service.post("/api/telemetry", { source: "partner-site", metrics: { activeUsers: 1 } });
      await logIn();
      await page.getByText("Live", { exact: true }).waitFor();
      await page.locator(".source summary").first().click();
      await page.locator(".source dd").getByText("1", { exact: true }).waitFor();
      await service.post("/api/telemetry", { source: "partner-site", metrics: { activeUsers: 2 } });
      await page.locator(".source dd").getByText("2", { exact: true }).waitFor();
      expect(await page.evaluate(() => document.activeElement?.nodeName)).toBe("SUMMARY");
    }));

  test("shows an alert as it fires, with its runbook, and as it ends", () =>
    withVisitor(async ({ page, logIn }) => {
      await reportAlert(service.url, { name: "Watchdog", severity: "none" });
      await logIn();
      await page.getByText("Alerting is alive").waitFor();
      expect(await page.locator("#alerts .count").textContent()).toBe("none firing");
      const since = new Date(Date.now() - 8 * 60_000);
      await reportAlert(service.url, { ...queueIsLong, since });
      await page.locator("#alerts .count").getByText("1 firing").waitFor();
      expect(await page.locator(".alert").textContent()).toMatch(
        /is\s*57 jobs\s*fires at\s*more than 50 jobs\s*for\s*8m/,
      );
      await page.getByRole("heading", { level: 1, name: "Working, with warnings" }).waitFor();
      expect(await page.title()).toBe("Warnings · Gözcü");
      expect(await page.locator("#icon").getAttribute("href")).toMatch(/\/warning\.svg$/);
      expect(await findBarriers(page)).toEqual([]);
      await keepScreenshot(page, "alert");
      const runbook = await page.getByRole("link", { name: "Runbook of QueueSizeHigh" }).getAttribute("href");
      expect((await service.get(runbook ?? "")).status).toBe(200);
      await reportAlert(service.url, { ...queueIsLong, status: "resolved", since });
      await page.locator("#alerts .count").getByText("none firing").waitFor();
      await page.getByRole("heading", { level: 1, name: "All is well" }).waitFor();
    }));

  test("draws the four panels, reads their values to the keyboard, and keeps the range that was chosen", () =>
    withVisitor(async ({ page, logIn }) => {
      await logIn();
      expect(await page.locator(".charts svg[role=img]").count()).toBe(4);
      await page.locator("#chart-queueSize [data-plot]").focus();
      await page.keyboard.press("End");
      const tip = page.locator(".tip");
      await eventually(async () => expect(await tip.textContent()).toMatch(/^\d+ jobs?/));
      const last = await tip.textContent();
      await page.keyboard.press("ArrowLeft");
      expect(await tip.textContent()).not.toBe(last);
      await page.keyboard.press("Escape");
      expect(await tip.isVisible()).toBe(false);
      await page.getByRole("link", { name: /^7d/ }).click();
      await page.getByRole("heading", { name: "The last 7 days" }).waitFor();
      expect(await page.getByRole("link", { name: /^7d/ }).getAttribute("aria-current")).toBe("true");
      expect(await findBarriers(page)).toEqual([]);
    }));

  test.each([
    ["phone-light", { colorScheme: "light" }],
    ["phone-dark", { colorScheme: "dark" }],
  ] as const)("fits a phone (%s)", (name, colours) =>
    withVisitor(
      async ({ page, logIn }) => {
        expect(await readOverflow(page)).toBe(0);
        await logIn();
        await page.getByRole("heading", { name: "Last jobs" }).waitFor();
        expect(await readOverflow(page)).toBe(0);
        expect(await findBarriers(page)).toEqual([]);
        await keepScreenshot(page, name);
      },
      { ...colours, viewport: { width: 360, height: 740 }, hasTouch: true },
    ),
  );

  test("is dark where the visitor's system is", () =>
    withVisitor(
      async ({ page, logIn }) => {
        await logIn();
        await page.getByRole("heading", { name: "Last jobs" }).waitFor();
        const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
        expect(ground).toBe("rgb(14, 20, 27)");
        expect(await findBarriers(page)).toEqual([]);
        await keepScreenshot(page, "dark");
      },
      { colorScheme: "dark" },
    ));

  test("moves nothing for those who want it so", async () => {
    await reportAlert(service.url, queueIsLong);
    for (const reducedMotion of ["reduce", "no-preference"] as const) {
      await withVisitor(
        async ({ page }) => {
          const moving = await page.evaluate(() => {
            const beacon = document.createElement("p");
            beacon.className = "beacon";
            const state = document.createElement("div");
            state.className = "critical";
            state.append(beacon);
            document.body.append(state);
            return document.getAnimations().length;
          });
          expect([reducedMotion, moving > 0]).toEqual([reducedMotion, reducedMotion === "no-preference"]);
        },
        { reducedMotion },
      );
    }
    await reportAlert(service.url, { ...queueIsLong, status: "resolved" });
  });

  test("is whole without scripts, with charts and jobs, and loads itself anew", () =>
    withVisitor(
      async ({ page, logIn }) => {
        await logIn();
        await page.getByRole("heading", { name: "Last jobs" }).waitFor();
        expect(await page.locator(".charts svg[role=img]").count()).toBe(4);
        expect(await page.locator(".job").count()).toBeGreaterThan(0);
        expect(await page.locator("footer").textContent()).toContain("Without scripts this page loads itself anew");
        expect(await page.locator("noscript meta[http-equiv=refresh]").getAttribute("content")).toBe(
          "30;url=/?range=1h",
        );
        await page.getByRole("link", { name: /^24h/ }).click();
        await page.getByRole("heading", { name: "The last 24 hours" }).waitFor();
        await keepScreenshot(page, "without-scripts");
        await page.getByRole("button", { name: "Log out" }).click();
        await page.getByLabel("API key").waitFor();
      },
      { javaScriptEnabled: false },
    ));

  test("says how old it is when it hears nothing, and that it is live again when it does", () =>
    withVisitor(
      async ({ page }) => {
        await page.getByText("Live", { exact: true }).waitFor();
        process.kill(service.pid(), "SIGSTOP");
        try {
          await page.clock.fastForward(pageLimits.staleMs + 15_000);
          await page.getByText(/^Last update 4\d s ago$/).waitFor();
          await page.getByText(/^The service does not answer\. What is below was so at .* UTC\.$/).waitFor();
          expect(await page.title()).toBe("No answer · Gözcü");
          await keepScreenshot(page, "stale");
        } finally {
          process.kill(service.pid(), "SIGCONT");
        }
        await page.getByText("Live", { exact: true }).waitFor();
        expect(await page.locator("#lost").textContent()).toBe("");
        expect(await page.title()).toBe("Well · Gözcü");
      },
      { before: (page) => page.clock.install() },
    ));

  test("asks by itself where there is no stream for it", () =>
    withVisitor(
      async ({ page, logIn }) => {
        await logIn();
        await page.getByText(`Asks every ${pageLimits.pollMs / 1_000} s`).waitFor();
        await submitJob("asked for");
        await page.locator(".job").first().getByText("asked for").waitFor();
      },
      { before: (page) => page.route("**/events?*", (route) => route.fulfill({ status: 503 })) },
    ));

  test("lets a visitor's browser measure a connection, which is counted", () =>
    withVisitor(async ({ page, logIn }) => {
      const readCount = async () => {
        const text = await (await fetch(service.metricsUrl)).text();
        return Number(/^webrtc_connection_time_count(?:\{[^}]*\})? (\d+)/m.exec(text)?.[1] ?? 0);
      };
      const before = await readCount();
      await logIn();
      await page.getByRole("button", { name: "Measure" }).click();
      await page.getByText(/^Connected in \d+ ms, which has been counted\.$/).waitFor();
      expect(await readCount()).toBe(before + 1);
      // The stream stays open for as long as the page is: that is no response time.
      const measured = await (await fetch(service.metricsUrl)).text();
      expect(["/", "/events"].map((route) => measured.includes(`http_route="${route}"`))).toEqual([true, false]);
    }));

  test("says why a measurement failed", () =>
    withVisitor(
      async ({ page, logIn }) => {
        await logIn();
        await page.getByRole("button", { name: "Measure" }).click();
        await page.getByText(/^Failed: (the browser found no way to connect|no connection within \d+ s)\.$/).waitFor();
        expect(await page.getByRole("button", { name: "Measure" }).isEnabled()).toBe(true);
      },
      {
        // As in a browser whose owner lets it use relays alone, and the relay does not answer.
        before: (page) =>
          page.addInitScript(() => {
            const Original = window.RTCPeerConnection;
            window.RTCPeerConnection = class extends Original {
              constructor(configuration?: RTCConfiguration) {
                super({ ...configuration, iceTransportPolicy: "relay" });
              }
            };
          }),
      },
    ));

  test("comes back when the service does, and says meanwhile that it tries", () =>
    withVisitor(async ({ page, logIn }) => {
      await logIn();
      await page.getByText("Live", { exact: true }).waitFor();
      await service.stop();
      await page.getByText(/^Reconnecting… last update \d+ s ago$/).waitFor();
      expect(await findBarriers(page)).toEqual([]);
      await keepScreenshot(page, "reconnecting");
      await service.restart();
      await page.getByText("Live", { exact: true }).waitFor();
      await submitJob("after the restart");
      await page.locator(".job").first().getByText("after the restart").waitFor();
    }));

  test("stops in time although pages are open", () =>
    withVisitor(async ({ page }) => {
      await page.getByText("Live", { exact: true }).waitFor();
      const begun = performance.now();
      expect(await service.stop()).toBe(0);
      expect(performance.now() - begun).toBeLessThan(limits.shutdownGraceMs);
      await service.restart();
    }));

  test("slows down who tries keys, and then lets the right one in", () =>
    withVisitor(async ({ page, logIn }) => {
      for (let n = 0; n <= pageLimits.triesFree; n += 1) await logIn(`wrong key number ${n}`);
      await logIn(apiKey);
      expect(await page.getByRole("alert").textContent()).toMatch(
        /There were too many wrong keys from your address: wait \d s/,
      );
      await eventually(async () => {
        await logIn();
        expect(await page.getByRole("button", { name: "Log out" }).count()).toBe(1);
      });
    }));
});
