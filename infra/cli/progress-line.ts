import { formatProgress, type JobAnswer, statusTones } from "./job-view.ts";
import type { Paint } from "./paint.ts";
import { formatSeconds } from "./relative-time.ts";

const barCells = 30;
/** What a cell looks like that is full by eighths. */
const eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"] as const;

/** How far a job is, from 0 to 1. */
export function renderBar(progress: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, progress)) * barCells * 8);
  const bar = "█".repeat(Math.floor(filled / 8)) + eighths[filled % 8];
  return bar + "░".repeat(barCells - bar.length);
}

/** One line that tells how far a job is, by ComfyUI's own count. */
export function renderProgress(
  { status, progress }: Pick<JobAnswer, "status" | "progress">,
  { elapsedMs, paint }: { readonly elapsedMs: number; readonly paint: Paint },
): string {
  const time = paint("quiet", formatSeconds(elapsedMs));
  if (status !== "processing") return `${paint(statusTones[status], status)}  ${time}`;
  return `${paint(statusTones[status], renderBar(progress))} ${formatProgress(progress).padStart(5)}  ${time}`;
}
