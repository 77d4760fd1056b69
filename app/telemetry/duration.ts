import { timeScale } from "../catalogue/time-scale.ts";

const units = [
  ["d", 86_400],
  ["h", 3_600],
  ["m", 60],
  ["s", 1],
] as const;

/**
 * A duration as Prometheus and Alertmanager both read it, times the catalogue's `timeScale`: the largest unit that
 * says it exactly (`90s`, `2m`, `1d`), below whole seconds milliseconds (`1500ms`).
 * @param scale the catalogue's unless told
 * @throws RangeError for what is negative or not finite.
 */
export function renderDuration(seconds: number, scale: number = timeScale): string {
  const milliseconds = Math.round(seconds * scale * 1_000);
  if (!Number.isFinite(milliseconds) || milliseconds < 0)
    throw new RangeError(`a duration of ${seconds} s times ${scale} is none: it must be finite and not negative`);
  if (milliseconds === 0) return "0s";
  const exact = units.find(([, size]) => milliseconds % (size * 1_000) === 0);
  return exact === undefined ? `${milliseconds}ms` : `${milliseconds / (exact[1] * 1_000)}${exact[0]}`;
}
