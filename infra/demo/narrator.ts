import { setTimeout as delay } from "node:timers/promises";
import { errorMessage } from "../../app/error-message.ts";
import { type Paint, showControls } from "../../app/start/paint.ts";
import type { Screen } from "../../app/start/screen.ts";

/** A line of the tour was not true in time. */
export class FalseLine extends Error {
  override readonly name = "FalseLine";
}

export interface Narrator {
  /** A title: what the next lines are about. */
  chapter(title: string): void;
  /**
   * Says a line once it is true. `look` throws while it is not, and a text that it gives is put behind the line: what
   * only the answer has.
   * @throws FalseLine, which has been told as one, when it does not come true within `withinMs`; the signal's reason when
   * that aborts.
   */
  tell(line: string, look: () => Promise<unknown>, withinMs?: number): Promise<void>;
  /** How many lines were said. */
  readonly told: () => number;
}

const pauseMs = 200;
const usuallyWithinMs = 30_000;

/** Says what goes on; nothing of it before it has been seen. */
export function createNarrator(options: {
  readonly screen: Screen;
  readonly paint: Paint;
  /** Whether what is waited for is shown meanwhile. */
  readonly live: boolean;
  readonly signal: AbortSignal;
}): Narrator {
  const { screen, paint, live, signal } = options;
  let startedAt: number | undefined;
  let told = 0;

  function clock(): string {
    startedAt ??= performance.now();
    const seconds = Math.floor((performance.now() - startedAt) / 1_000);
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }

  function say(sign: string, text: string): void {
    screen.progress("");
    screen.write(`  ${paint("dim", clock())} ${sign} ${showControls(text)}\n`);
  }

  return {
    chapter(title) {
      screen.write(`\n${paint("bold", title)}\n`);
    },
    async tell(line, look, withinMs = usuallyWithinMs) {
      startedAt ??= performance.now();
      const deadline = performance.now() + withinMs;
      for (;;) {
        signal.throwIfAborted();
        try {
          const words = await look();
          say(paint("green", "✓"), typeof words === "string" ? `${line}: ${words}` : line);
          told += 1;
          return;
        } catch (cause) {
          signal.throwIfAborted();
          if (performance.now() > deadline) {
            const why = `was not true within ${withinMs / 1_000} s (${errorMessage(cause)})`;
            say(paint("red", "✗"), `${line}: ${why}`);
            throw new FalseLine(`${line}: ${why}`, { cause });
          }
        }
        if (live) screen.progress(`  ${clock()} … ${line}`);
        await delay(pauseMs, undefined, { signal }).catch(() => {});
      }
    },
    told: () => told,
  };
}
