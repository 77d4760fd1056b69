/** A step of closing: waits for what is in hand for `graceMs` at most. */
type Step = (graceMs: number) => Promise<unknown>;

export interface Closing {
  add(step: Step): void;
  /** Runs the steps in reverse order, each once. One that fails is told, and does not keep the others from closing. */
  run(graceMs: number): Promise<void>;
}

/** Things that were opened, to be closed in reverse order. */
export function createClosing(onError: (error: unknown) => void): Closing {
  const steps: Step[] = [];
  return {
    add: (step) => void steps.push(step),
    async run(graceMs) {
      for (let step = steps.pop(); step !== undefined; step = steps.pop()) await step(graceMs).catch(onError);
    },
  };
}
