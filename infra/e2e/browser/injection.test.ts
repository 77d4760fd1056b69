import { beforeAll, describe, expect, jest, test } from "@jest/globals";
import type { Browser } from "playwright-core";
import { eventually } from "../eventually.ts";
import { createKeep } from "../keep.ts";
import { type ServiceProcess, startServiceProcess } from "../service-process.ts";
import { findBarriers } from "./accessibility.ts";
import { alertsToken, reportAlert } from "./alertmanager-report.ts";
import { findChromium, startChromium } from "./chromium.ts";
import { keepScreenshot } from "./screenshots.ts";
import { readOverflow, visit } from "./visitor.ts";

const chromium = findChromium();
const suite = chromium === undefined ? describe.skip : describe;
jest.setTimeout(120_000);

/** Where it were taken for HTML it would run, ask another host, or show a dialog. */
const hostile = `"'><img src=http://192.0.2.1/x onerror=alert(1)><script>alert(2)</script></section><h1 onclick=alert(3)>`;
const hostileUrl = "javascript:alert(4)";
/** A text without a place to break it. */
const endless = "W".repeat(5_000);

suite("what others write, on the status page", () => {
  const keep = createKeep();
  let service: ServiceProcess;
  let browser: Browser;

  beforeAll(async () => {
    service = keep(
      await startServiceProcess({
        ALERTS_TOKEN: alertsToken,
        REMEDIATION_COMFYUI_COMMAND: "head -c 3000 /dev/zero | tr '\\0' W; echo '<script>alert(5)</script>'; exit 3",
      }),
    );
    browser = keep(await startChromium(chromium ?? ""));
    for (const text of [hostile, endless]) {
      await service.post("/api/jobs", { type: "image", prompt: text });
      // ComfyUI says the name of the node in its refusal.
      await service.post("/api/jobs", { type: "image", workflow: { "1": { class_type: text, inputs: {} } } });
      const annotations = {
        ...{ summary: text, description: text, value: text, threshold: text },
        ...{ runbook_url: hostileUrl, dashboard_url: hostileUrl },
      };
      const labels = { source: text, [`label_${text}`]: text };
      await reportAlert(service.url, { name: text, severity: text, labels, annotations });
      if (text === hostile) await reportAlert(service.url, { name: "QueueSizeHigh", labels, annotations });
    }
    const longestName = (text: string) => text.padEnd(63, "w");
    const metrics = Object.fromEntries(
      Array.from({ length: 100 }, (_, n) => [`${"M".repeat(60)}${n}`, 1e308 * (n % 2)]),
    );
    await service.post("/api/telemetry", { source: longestName("a"), metrics });
    // Its remediation fails, and what it wrote is shown.
    await reportAlert(service.url, { name: "ComfyuiDown", severity: "critical" });
    await eventually(async () => {
      const board = await (await service.get("/api/alerts")).json();
      expect(board).toMatchObject({ remediations: [{ outcome: "failed" }] });
    });
    await reportAlert(service.url, { name: "ComfyuiDown", severity: "critical", status: "resolved" });
  });

  test.each([
    ["desktop", 1280],
    ["phone", 360],
  ])("does nothing, and breaks nothing: %s", async (name, width) => {
    const { page, misdeeds, logIn, close } = await visit(browser, service.url, { viewport: { width, height: 800 } });
    try {
      await logIn();
      await page.locator(".job").nth(3).waitFor();
      await page.locator(".job").getByText("comfyui_invalid_workflow").first().waitFor();
      await page.locator(".attempt.failed").waitFor();
      for (const summary of await page.locator("summary").all()) await summary.click();
      // The stream replaces what the page came with.
      await page.getByText("Live", { exact: true }).waitFor();
      await service.post("/api/jobs", { type: "image", prompt: `${hostile} again` });
      await page.locator(".job").nth(4).waitFor();
      const written = [
        ...["#jobs", "#alerts", "#overall"].map((section) => [section, hostile.slice(0, 60)] as const),
        ["#remediations", "<script>alert(5)</script>"] as const,
      ];
      for (const [section, text] of written) {
        const shown = await page.locator(section).textContent();
        expect([section, shown?.includes(text)]).toEqual([section, true]);
      }
      expect(await page.locator("main script, [onclick], [onerror], img[src*='192.0.2']").count()).toBe(0);
      expect(await page.locator("a[href^='javascript']").count()).toBe(0);
      const parts = await page.locator("main > section, main > div").evaluateAll((all) => all.map((part) => part.id));
      expect(parts).toEqual(["overall", "numbers", "", "charts", "", "jobs", "", "webrtc"]);
      expect(await readOverflow(page)).toBe(0);
      expect(await findBarriers(page)).toEqual([]);
      await keepScreenshot(page, `injection-${name}`);
      expect(misdeeds).toEqual([]);
    } finally {
      await close();
    }
  });

  test.each([
    `?range=${encodeURIComponent(hostile)}`,
    `?range[]=1&range=${hostileUrl}`,
    `?login=${encodeURIComponent(hostile)}`,
  ])("does nothing in the address (%s)", async (query) => {
    const { page, misdeeds, close } = await visit(browser, service.url);
    try {
      await page.goto(`${service.url}/${query}`);
      await page.getByRole("heading", { level: 1 }).waitFor();
      expect(await page.content()).not.toContain("192.0.2.1");
      expect(misdeeds).toEqual([]);
    } finally {
      await close();
    }
  });

  test("does nothing as a key", async () => {
    const { page, misdeeds, logIn, close } = await visit(browser, service.url);
    try {
      await logIn(hostile);
      await page.getByRole("alert").waitFor();
      expect(await page.content()).not.toContain("192.0.2.1");
      expect(misdeeds).toEqual([]);
    } finally {
      await close();
    }
  });
});
