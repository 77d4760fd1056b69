import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { z } from "zod";
import { eventually } from "../eventually.ts";
import { createKeep } from "../keep.ts";
import { apiKey, type ServiceProcess, startServiceProcess } from "../service-process.ts";
import { findChromium, startChromium } from "./chromium.ts";

const DocumentSchema = z.object({
  paths: z.record(z.string(), z.record(z.string(), z.object({ operationId: z.string(), summary: z.string() }))),
});

/** What the browser said that it should not have said, and whom it asked. */
interface Watch {
  readonly complaints: string[];
  readonly requests: URL[];
}

const chromium = findChromium();
const suite = chromium === undefined ? describe.skip : describe;
suite("the API reference in a browser", () => {
  const keep = createKeep();
  let service: ServiceProcess;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let watch: Watch;
  let operations: readonly { readonly method: string; readonly path: string; readonly summary: string }[];

  async function open(options: Parameters<Browser["newContext"]>[0] = {}) {
    const opened = await browser.newContext(options);
    const watched: Watch = { complaints: [], requests: [] };
    const opening = await opened.newPage();
    opening.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) watched.complaints.push(message.text());
    });
    opening.on("pageerror", (error) => watched.complaints.push(String(error)));
    opening.on("request", (request) => watched.requests.push(new URL(request.url())));
    // Also of what a page did not tell the console.
    await opening.addInitScript(() => {
      addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sample }) =>
        // biome-ignore lint/suspicious/noConsole: it is the page's own, which is listened to.
        console.error(`CSP: ${violatedDirective} ${blockedURI} ${sample}`),
      );
    });
    await opening.goto(`${service.url}/api/docs`);
    return { context: opened, page: opening, watch: watched };
  }

  /** The part of the page that is about one operation, unfolded. */
  async function unfold(operationId: string) {
    const block = page.locator(`.opblock[id$="-${operationId}"]`);
    await block.locator(".opblock-summary-control").click();
    await block.locator(".opblock-body").waitFor();
    return block;
  }

  beforeAll(async () => {
    service = keep(await startServiceProcess());
    browser = keep(await startChromium(chromium ?? ""));
    const document = DocumentSchema.parse(await (await service.get("/api/openapi.json")).json());
    operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { summary }]) => ({ method: method.toUpperCase(), path, summary })),
    );
    ({ context, page, watch } = await open());
    await page.locator(".opblock").first().waitFor();
  });
  afterAll(() => context?.close());

  test("lists every operation of the document with its summary, and no other", async () => {
    const listed = await page.locator(".opblock-summary").evaluateAll((rows) =>
      rows.map((row) => ({
        method: row.querySelector(".opblock-summary-method")?.textContent ?? "",
        path: (row.querySelector(".opblock-summary-path")?.textContent ?? "").replaceAll("\u200b", ""),
        summary: row.querySelector(".opblock-summary-description")?.textContent ?? "",
      })),
    );
    const sorted = (rows: typeof operations) => rows.map((row) => JSON.stringify(row)).sort();
    expect(operations.length).toBeGreaterThan(15);
    expect(sorted(listed)).toEqual(sorted(operations));
  });

  test("tries ping out", async () => {
    const block = await unfold("ping");
    await block.locator(".execute").click();
    await expect(block.locator(".live-responses-table .response-col_status").last().textContent()).resolves.toMatch(
      /^200/,
    );
    await expect(block.locator(".live-responses-table .highlight-code").first().textContent()).resolves.toContain(
      "pong",
    );
  });

  test("is refused without a key, and answered with the one that is entered", async () => {
    const block = await unfold("telemetryRead");
    const status = block.locator(".live-responses-table .response-col_status").last();
    await block.locator(".execute").click();
    await expect(status.textContent()).resolves.toMatch(/^401/);

    await page.locator(".auth-wrapper .authorize").first().click();
    const scheme = page.locator(".auth-container", { hasText: "X-API-Key" });
    await scheme.locator("input").fill(apiKey);
    await scheme.locator("button.authorize").click();
    await page.locator(".btn-done").first().click();
    const answered = page.waitForResponse((response) => response.url().endsWith("/api/telemetry"));
    await block.locator(".execute").click();
    expect((await answered).status()).toBe(200);
    await eventually(async () => expect(await status.textContent()).toMatch(/^200/));
    expect(await page.evaluate(() => JSON.stringify(localStorage) + JSON.stringify(sessionStorage))).not.toContain(
      apiKey,
    );
  });

  test("shows a picture that it was answered with", async () => {
    const accepted = await service.post("/api/jobs", { type: "image", prompt: "a lighthouse" });
    const { id } = z.object({ id: z.uuid() }).parse(await accepted.json());
    const block = await unfold("jobImage");
    await block.locator('tr[data-param-name="id"] input').fill(id);
    await block.locator('tr[data-param-name="n"] input').fill("0");
    await eventually(async () =>
      expect(await (await service.get(`/api/jobs/${id}`)).json()).toMatchObject({ status: "completed" }),
    );
    await block.locator(".execute").click();
    const picture = block.locator(".live-responses-table img");
    await picture.waitFor();
    expect(await picture.evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBeGreaterThan(0);
  });

  test("unfolds every other operation", async () => {
    await page.locator(".opblock:not(.is-open) .opblock-summary-control").evaluateAll((controls) => {
      for (const control of controls) (control as HTMLElement).click();
    });
    await eventually(async () =>
      expect(await page.locator(".opblock.is-open .opblock-body").count()).toBe(operations.length),
    );
    // The budget that is documented.
    await expect(page.locator(".opblock.is-open", { hasText: "x-budget-ms" }).count()).resolves.toBe(operations.length);
  });

  test("broke no rule of its policy, and asked nobody but the service", () => {
    // The browser tells of each answer that is not 2xx; one without a key was asked for.
    expect(watch.complaints).toEqual([expect.stringContaining("401 (Unauthorized)")]);
    const asked = watch.requests.filter(({ protocol }) => protocol !== "blob:").map(({ origin }) => origin);
    expect(new Set(asked)).toEqual(new Set([service.url]));
  });

  test("follows the reader's colours, and fits a telephone", async () => {
    const phone = await open({ colorScheme: "dark", viewport: { width: 375, height: 800 } });
    try {
      await phone.page.locator(".opblock").first().waitFor();
      expect(await phone.page.evaluate(() => document.documentElement.className)).toBe("dark-mode");
      expect(await phone.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375);
      expect(phone.watch.complaints).toEqual([]);
    } finally {
      await phone.context.close();
    }
  });

  test("leads to the document where scripts are off", async () => {
    const plain = await open({ javaScriptEnabled: false });
    try {
      expect(await plain.page.locator("noscript a, a").first().getAttribute("href")).toBe("/api/openapi.json");
    } finally {
      await plain.context.close();
    }
  });
});
