import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, jest, test } from "@jest/globals";
import pg from "pg";
import type { Browser } from "playwright-core";
import { createKeep } from "../keep.ts";
import { type Server, startPostgres } from "../programs.ts";
import { type ServiceProcess, startServiceProcess } from "../service-process.ts";
import { findBarriers } from "./accessibility.ts";
import { alertsToken, reportAlert } from "./alertmanager-report.ts";
import { findChromium, startChromium } from "./chromium.ts";
import { keepScreenshot } from "./screenshots.ts";
import { visit } from "./visitor.ts";

const chromium = findChromium();
const suite = chromium === undefined ? describe.skip : describe;
jest.setTimeout(120_000);

/** An hour in which a burst of jobs came, ComfyUI was away for some minutes, and receivers refused some webhooks. */
const anHour = `
  insert into samples (minute, healthy, pending, webhook_success_ratio, processing_seconds)
  select date_trunc('minute', now()) - make_interval(mins => m),
    case when m between 31 and 34 then 0 else 1 end,
    round(greatest(0, 4 + 3 * sin(m / 3.0) + case when m between 22 and 36 then 62 * sin((m - 22) * pi() / 14) else 0 end)),
    case when m between 15 and 26 then 0.955 - 0.03 * sin((m - 15) * pi() / 11) else 0.985 + 0.01 * sin(m / 7.0) end,
    2.4 + 0.4 * sin(m / 5.0) + case when m between 18 and 34 then 1.9 * sin((m - 18) * pi() / 16) else 0 end
  from generate_series(1, 60) m on conflict do nothing`;

const prompts = [
  "a lighthouse in the fog",
  "an owl on a telegraph wire",
  "tea on a ferry at dusk",
  "a watchman’s lantern",
  "snow on the old harbour",
  "a heron between reeds",
];

suite("the status page of a service with a past", () => {
  const keep = createKeep();
  let postgres: Server;
  let service: ServiceProcess;
  let browser: Browser;

  beforeAll(async () => {
    postgres = keep(await startPostgres());
    service = keep(
      await startServiceProcess({
        ALERTS_TOKEN: alertsToken,
        DATABASE_URL: postgres.url,
        JAEGER_URL: "http://127.0.0.1:16686",
      }),
    );
    browser = keep(await startChromium(chromium ?? ""));
    const client = new pg.Client({ connectionString: postgres.url });
    await client.connect();
    await client.query(anHour);
    await client.end();
    for (const prompt of prompts) await service.post("/api/jobs", { type: "image", prompt });
    await service.post("/api/telemetry", {
      source: "lensia-main-site",
      metrics: { activeUsers: 1250, jobsSubmitted: 250 },
    });
    await reportAlert(service.url, { name: "Watchdog", severity: "none" });
    await reportAlert(service.url, {
      name: "WebhookSuccessRateLow",
      annotations: {
        summary: "Webhooks fail more often than they may",
        value: "92.6%",
        threshold: "less than 95%",
        dashboard_url: "http://127.0.0.1:3001/d/gozcu-overview?viewPanel=3",
      },
      since: new Date(Date.now() - 14 * 60_000),
    });
  });

  test("is what the README shows", async () => {
    const { page, misdeeds, logIn, close } = await visit(browser, service.url, {
      viewport: { width: 1080, height: 900 },
    });
    try {
      await logIn();
      await page
        .locator(".job .badge.completed")
        .nth(prompts.length - 1)
        .waitFor();
      expect(await page.locator(".job a.trace").first().getAttribute("href")).toMatch(
        /^http:\/\/127\.0\.0\.1:16686\/trace\/[0-9a-f]{32}$/,
      );
      expect(await findBarriers(page)).toEqual([]);
      await keepScreenshot(page, "with-a-past");
      if (process.env.UPDATE_SCREENSHOT === "1") {
        const path = fileURLToPath(new URL("../../../app/web/status-page.png", import.meta.url));
        const jobs = await page.locator("#jobs").boundingBox();
        const height = Math.round((jobs?.y ?? 1_400) + (jobs?.height ?? 0) + 16);
        await page.screenshot({ path, clip: { x: 0, y: 0, width: 1080, height }, fullPage: true });
      }
      expect(misdeeds).toEqual([]);
    } finally {
      await close();
    }
  });

  test("shows the last known numbers and jobs, with their age, while the database is away", async () => {
    const { page, misdeeds, logIn, close } = await visit(browser, service.url);
    try {
      await logIn();
      await page.locator(".job").first().waitFor();
      await postgres.kill();
      await page.getByRole("heading", { level: 1, name: "Degraded" }).waitFor();
      await page.getByText("Postgres is down: no job is accepted").first().waitFor();
      await page.getByText(/^The database does not answer: these are the numbers of/).waitFor();
      await page.getByText(/^The database does not answer: this is the list of/).waitFor();
      expect(await page.locator(".job").count()).toBe(prompts.length);
      expect(await page.locator(".charts svg[role=img]").count()).toBe(4);
      expect(await page.title()).toBe("Degraded · Gözcü");
      expect(await findBarriers(page)).toEqual([]);
      await keepScreenshot(page, "database-away");
      // A visitor who comes now is shown the same.
      await page.reload();
      await page.getByText(/^The database does not answer: these are the numbers of/).waitFor();
      await postgres.restart();
      await page
        .getByText(/^The database does not answer/)
        .first()
        .waitFor({ state: "detached" });
      expect(misdeeds).toEqual([]);
    } finally {
      await close();
    }
  });
});
