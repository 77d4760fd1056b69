import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";

/** Where CI collects them; else a folder that is not committed. */
const folder = process.env.SCREENSHOTS ?? fileURLToPath(new URL("screenshots/", import.meta.url));

/** Keeps how the page looks, the part below the window too, for people to look at. */
export async function keepScreenshot(page: Page, name: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  // Pictures come when they are near the window.
  for (const picture of await page.locator("img[loading=lazy]").all()) {
    await picture.scrollIntoViewIfNeeded();
    await picture.evaluate(async (image) => {
      if (image instanceof HTMLImageElement) await image.decode().catch(() => {});
    });
  }
  await page.evaluate(() => window.scrollTo(0, 0));
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}
