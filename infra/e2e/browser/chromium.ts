import { type Browser, chromium } from "playwright-core";
import { findProgram } from "../programs.ts";

/** Undefined where no Chromium is installed. */
export const chromiumPath = findProgram("chromium");

/** Talks to nobody but the pages it is sent to. */
const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Debian's Chromium, without a window. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath ?? "", args: flags });
}
