import { type Browser, chromium } from "playwright-core";
import { findProgram } from "../programs.ts";

/** What a browser without a screen needs, and nothing that it would ask of the world by itself. */
const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** The path of Debian's Chromium; where it is not installed as {@link findProgram}. */
export function findChromium(): string | undefined {
  return findProgram("chromium");
}

export function startChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: flags });
}
