/** A step of closing: waits for what is in hand for `graceMs` at most. May be asked again with a shorter grace. */
type Step = (graceMs: number) => Promise<unknown>;

export interface Closing {
  add(step: Step): void;
  /**
   * Runs the steps in reverse order, one after the other; resolves when all have ended. A step that fails is told, and
   * does not keep the others from closing. Asked once more, the step under way hears of the new grace, and the rest too.
   */
  run(graceMs: number): Promise<void>;
}

/** Things that were opened, to be closed in reverse order. */
export function createClosing(onError: (error: unknown) => void): Closing {
  const steps: Step[] = [];
  let underWay: Step | undefined;
  let grace = 0;
  let running: Promise<void> | undefined;

  async function close(step: Step): Promise<void> {
    try {
      await step(grace);
    } catch (error) {
      onError(error);
    }
  }

  async function closeAll(): Promise<void> {
    for (underWay = steps.pop(); underWay !== undefined; underWay = steps.pop()) await close(underWay);
  }

  return {
    add: (step) => void steps.push(step),
    async run(graceMs) {
      grace = graceMs;
      const again = underWay && close(underWay);
      running ??= closeAll();
      await Promise.all([running, again]);
    },
  };
}
