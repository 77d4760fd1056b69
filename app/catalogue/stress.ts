interface StressStep {
  /** Also the name of the k6 scenario, which tags every sample. */
  readonly name: string;
  readonly startSeconds: number;
  readonly seconds: number;
  /** Requests offered, whether or not the answers keep up. */
  readonly perSecond: number;
}

/** How far a service is pushed past what it can do, and how it is watched coming back. */
export const stress = {
  /** What is asked for, as shares of the offered load: mostly jobs, and those who wait for them looking. */
  mix: { jobSubmit: 0.6, jobRead: 0.25, jobList: 0.1, telemetryReport: 0.05 },
  /** So much goes on beside it all the time, and must be answered. */
  besidePerSecond: { ping: 20, health: 5 },
  /** Steps by half an octave: whatever the capacity is, one of them lies near its double. */
  firstPerSecond: 100,
  factor: Math.SQRT2,
  steps: 11,
  stepSeconds: 10,
  /** After the last step, second by second. */
  recoveryPerSecond: 50,
  recoverySeconds: 15,
  /** So many good seconds in a row make a recovery: later trouble is another one. */
  calmSeconds: 3,
  /** The longest answer that a client waits for: room for it is made in the generator. */
  waitSeconds: 0.25,
  /** What is proven: the goodput at twice the capacity as a share of the peak, and when all is well again. */
  leastShareAtDouble: 0.8,
  longestRecoverySeconds: 10,
} as const;

/** The offered load in steps that rise past the capacity, and the seconds after, in their order. */
export function listStressSteps(stepSeconds: number): {
  readonly rising: readonly StressStep[];
  readonly recovery: readonly StressStep[];
} {
  const number = (index: number) => String(index + 1).padStart(2, "0");
  const rising = Array.from({ length: stress.steps }, (_, index) => ({
    name: `step_${number(index)}`,
    startSeconds: index * stepSeconds,
    seconds: stepSeconds,
    perSecond: Math.round(stress.firstPerSecond * stress.factor ** index),
  }));
  const recovery = Array.from({ length: stress.recoverySeconds }, (_, index) => ({
    name: `recovery_${number(index)}`,
    startSeconds: stress.steps * stepSeconds + index,
    seconds: 1,
    perSecond: stress.recoveryPerSecond,
  }));
  return { rising, recovery };
}
