/** Who waits in the line. Told of one outcome, once, or of none when it has left. */
export interface Waiting {
  /** A place is its own now: it is to be given back with `leave`. */
  take(): void;
  refuse(): void;
}

interface ControlledDelayOptions {
  /** How many are let in at a time, and how many may wait for that. */
  readonly places: number;
  readonly waiting: number;
  /** How long a line may stand until it counts as overload, and how long one may wait in it from then on. */
  readonly intervalMs: number;
  readonly targetMs: number;
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number;
}

export interface ControlledDelay {
  /** Takes a free place, if there is one. */
  enter(): boolean;
  /** Waits for a place; the answer leaves the line. None is given where the line is full. */
  wait(waiting: Waiting): (() => void) | undefined;
  /** Gives a place back. Refuses those in the line whose time is up, and hands it to one of the others. */
  leave(): void;
  /** Refuses those in the line whose time is up; in how many milliseconds the next one's is. None when nobody waits. */
  refuseLate(): number | undefined;
}

/**
 * A bounded number of places with a line before them, whose delay is controlled as CoDel does it
 * (https://queue.acm.org/detail.cfm?id=2209336) in the form for servers (https://queue.acm.org/detail.cfm?id=2839461): a
 * line that empties now and then is a burst that passes, and who stands in it may wait for as long as the interval. A line
 * that has not been empty for the interval only delays everyone: then nobody waits longer than the target, until it has
 * been empty again. So both come out of one rule: a wait ends with the line's first interval, or after the target if that
 * is later. It holds whatever the machine can do, which no fixed number in hand does.
 *
 * In a burst the first comes first. In overload the last does: as many are refused either way, and those who are answered
 * have then waited for almost nothing, not for almost all of the target.
 *
 * Has no timer: who uses it calls `refuseLate` in time. That time never comes nearer, whoever comes or goes.
 */
export function createControlledDelay(options: ControlledDelayOptions): ControlledDelay {
  const { places, waiting: lineLength, intervalMs, targetMs, now } = options;
  let taken = 0;
  /** In the order in which they came. */
  const line: { readonly since: number; readonly waiting: Waiting }[] = [];
  let lastEmpty = Number.NEGATIVE_INFINITY;

  function refuseLate(): number | undefined {
    const time = now();
    for (let first = line[0]; first !== undefined; first = line[0]) {
      const leftMs = Math.max(lastEmpty + intervalMs, first.since + targetMs) - time;
      if (leftMs > 0) return leftMs;
      line.shift();
      first.waiting.refuse();
    }
    return undefined;
  }

  return {
    enter() {
      if (taken >= places) return false;
      taken += 1;
      return true;
    },
    wait(waiting) {
      if (line.length >= lineLength) return undefined;
      const since = now();
      if (line.length === 0) lastEmpty = since;
      const stand = { since, waiting };
      line.push(stand);
      return () => {
        const index = line.indexOf(stand);
        if (index !== -1) line.splice(index, 1);
      };
    },
    leave() {
      refuseLate();
      const isOverload = now() - lastEmpty >= intervalMs;
      const next = isOverload ? line.pop() : line.shift();
      if (next === undefined) taken -= 1;
      else next.waiting.take();
    },
    refuseLate,
  };
}
