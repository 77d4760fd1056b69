const megabyte = 1_000_000;

export function renderSize(bytes: number): string {
  return `${(bytes / megabyte).toFixed(1)} MB`;
}

const renderSeconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;

/** A line on what has been done: what, how much, how long, and what else there is to say. */
export function renderStep(what: string, bytes: number, ms: number, more: string): string {
  return `${what.padEnd(10)} ${renderSize(bytes).padStart(11)} ${renderSeconds(ms).padStart(8)}  ${more}`;
}

/** How long one command may take that copies data: a large database takes hours. */
export const copyDeadlineMs = 24 * 3_600_000;
