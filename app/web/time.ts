import { tellElapsed } from "./assets/elapsed.js";
import { html, type SafeHtml } from "./html.ts";

/** `2026-11-28 21:36:03 UTC`. */
export function formatTime(at: Date): string {
  return `${at.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/**
 * A time as how long `ago` it was, or `for` how long something has lasted, with the time itself to be had by pointing at
 * it. The script keeps the words true.
 */
export function renderElapsed(manner: "ago" | "for", at: Date, now: Date): SafeHtml {
  const words = tellElapsed(manner, now.getTime() - at.getTime());
  return html`<time datetime="${at.toISOString()}" title="${formatTime(at)}" data-tell="${manner}">${words}</time>`;
}

/** Of a section's HTML all that is news: the words of {@link renderElapsed} change by the clock alone. */
export function withoutElapsed(text: string): string {
  return text.replaceAll(/(data-tell="\w+">)[^<]*/g, "$1");
}
