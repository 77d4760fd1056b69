import { nothing, type Paint } from "./paint.ts";

/** One thing that has been started, or that is used, as a person at a terminal is told of it. */
export interface StartRow {
  readonly service: string;
  /** Where it is; undefined for what is nowhere. */
  readonly address?: string | undefined;
  readonly version?: string | undefined;
  readonly state: "up" | "down" | "off" | "missing" | "failed";
  /** From asking for it until it answered. */
  readonly tookMs?: number | undefined;
}

const head = ["service", "address", "version", "state", "time"] as const;
const styles = { up: "green", down: "red", off: "dim", missing: "yellow", failed: "red" } as const;

function renderSeconds(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}

/** The rows as columns below a head, each line with its end. */
export function renderStartTable(rows: readonly StartRow[], paint: Paint): string {
  const table = rows.map(({ service, address = nothing, version = nothing, state, tookMs }) => [
    service,
    address,
    version,
    state,
    tookMs === undefined ? nothing : renderSeconds(tookMs),
  ]);
  const widths = head.map((title, n) => Math.max(title.length, ...table.map((cells) => cells[n]?.length ?? 0)));
  // The last column needs no more room than it takes.
  const align = (cells: readonly string[]) =>
    cells.map((cell, n) => (n === cells.length - 1 ? cell : cell.padEnd(widths[n] ?? 0)));
  const lines = table.map((cells, n) => {
    const [service, address, version, state = "", time] = align(cells);
    return [service, address, version, paint(styles[rows[n]?.state ?? "up"], state), time];
  });
  return [align(head).map((title) => paint("dim", title)), ...lines].map((cells) => `  ${cells.join("  ")}\n`).join("");
}
