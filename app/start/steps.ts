/** The start, step by step. */
export interface Steps {
  /** Runs a step, tells that it is under way, and keeps how long it took. */
  run<T>(title: string, work: () => Promise<T>): Promise<T>;
  /** How long a step took that has ended well; undefined for one that has not, or was not taken. */
  tookMs(title: string): number | undefined;
}

/** @param tell gets the title of each step as it begins */
export function createSteps(tell: (title: string) => void = () => {}): Steps {
  const durations = new Map<string, number>();
  return {
    async run(title, work) {
      tell(title);
      const startedAt = performance.now();
      const result = await work();
      durations.set(title, performance.now() - startedAt);
      return result;
    },
    tookMs: (title) => durations.get(title),
  };
}
