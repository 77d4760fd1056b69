import { setTimeout as delay } from "node:timers/promises";
import type { Program } from "../programs.ts";
import type { Random } from "../random.ts";
import type { Role } from "./cast.ts";

export interface Blow {
  readonly role: Role;
  /** From the start of the run. */
  readonly atMs: number;
  /** How long it stays away. */
  readonly awayMs: number;
}

/** How often the renderer is killed, however many blows there are: it keeps its pictures in memory. */
const rendererKills = 2;
const awayMs = { min: 100, max: 3_000 };

/** Who is killed when, and for how long: everybody about equally often, at random times. */
export function planBlows(options: {
  readonly roles: readonly Role[];
  readonly kills: number;
  readonly withinMs: number;
  readonly random: Random;
}): readonly Blow[] {
  const { roles, kills, withinMs, random } = options;
  const others = roles.filter((role) => role !== "renderer");
  const targets = Array.from(
    { length: kills },
    (_, n): Role => (n < rendererKills ? "renderer" : (others[n % others.length] ?? "api")),
  );
  const times = targets.map(() => random.between(0, withinMs)).sort((a, b) => a - b);
  return random.shuffle(targets).map((role, n) => ({
    role,
    atMs: times[n] ?? 0,
    awayMs: random.between(awayMs.min, awayMs.max),
  }));
}

/**
 * Kills and starts again as planned. Blows on different programs overlap; one on a program that is not back yet waits.
 * Resolves when all are up again; rejects when one does not come back, after those under way are.
 */
export async function strike(
  blows: readonly Blow[],
  programs: ReadonlyMap<Role, Program>,
  tell: (event: string) => void,
): Promise<void> {
  const startedAt = Date.now();
  const stop = new AbortController();

  async function strikeOne(role: Role, program: Program): Promise<void> {
    for (const { atMs, awayMs } of blows.filter((blow) => blow.role === role)) {
      await delay(Math.max(0, startedAt + atMs - Date.now()), undefined, { signal: stop.signal });
      await program.kill();
      tell(`killed ${role}`);
      await delay(awayMs);
      await program.restart();
      tell(`${role} is back`);
    }
  }
  await Promise.all(
    [...programs].map(([role, program]) => strikeOne(role, program).catch((error: unknown) => stop.abort(error))),
  );
  stop.signal.throwIfAborted();
}
