import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { apiKey } from "../service-process.ts";

export interface Visitor {
  readonly page: Page;
  /** What a page of ours must not do: dialogs, errors, refusals of the content security policy, requests to elsewhere. */
  readonly misdeeds: readonly string[];
  logIn(key?: string): Promise<void>;
  close(): Promise<void>;
}

/** Errors that say what the test has done to the service itself. */
const deserved =
  /Failed to load resource|ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_EMPTY_RESPONSE|net::ERR/;

/** Somebody with a browser of their own, who has not been here before, on the status page of the service. */
export async function visit(
  browser: Browser,
  url: string,
  options: BrowserContextOptions & { readonly before?: (page: Page) => Promise<unknown> } = {},
): Promise<Visitor> {
  const { before, ...rest } = options;
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...rest });
  // What is not there after this long will not come.
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const misdeeds: string[] = [];
  page.on("dialog", (dialog) => {
    misdeeds.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("pageerror", (error) => void misdeeds.push(`error: ${error.message}`));
  page.on("console", (message) => {
    const isTold = ["error", "warning"].includes(message.type()) && !deserved.test(message.text());
    if (isTold) misdeeds.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(`${url}/`)) misdeeds.push(`request: ${request.url()}`);
  });
  await before?.(page);
  await page.goto(`${url}/`);
  return {
    page,
    misdeeds,
    async logIn(key = apiKey) {
      await page.getByLabel("API key").fill(key);
      await page.getByRole("button", { name: "Show details" }).click();
    },
    close: () => context.close(),
  };
}

/** How far the page is wider than the window: nobody should have to scroll sideways. */
export function readOverflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
}
