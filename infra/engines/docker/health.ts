import type { ImageName } from "../../topology/images.ts";
import type { Health } from "../../topology/service.ts";
import { renderTerraformText } from "./terraform-text.ts";

/** How often a container is asked, and how long it may take to answer. */
const intervalSeconds = 5;
const answerSeconds = 5;

/** What each image has to ask an address with: Busybox' wget, or a program of ours. Docker itself ends what takes too long. */
function askAddress(image: ImageName, url: string): readonly string[] {
  return image === "app" ? ["node", "app/health-check.ts", url] : ["wget", "-q", "-O", "/dev/null", url];
}

/** As Go writes a duration, which is how the provider reads it back: 90 s is `1m30s`. */
function renderGoDuration(seconds: number): string {
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}

/** Docker's health check; no shell is needed for it. */
export function renderHealthCheck(image: ImageName, health: Health, readySeconds: number) {
  const command = "url" in health ? askAddress(image, health.url) : health.command;
  return {
    test: ["CMD", ...command.map(renderTerraformText)],
    interval: renderGoDuration(intervalSeconds),
    timeout: renderGoDuration(answerSeconds),
    retries: 3,
    startPeriod: renderGoDuration(readySeconds),
  };
}
