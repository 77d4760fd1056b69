type Bytes = number;
const mebibyte: Bytes = 1_048_576;

/** What a figure may rise by: `noise` however short the run is, and `perHour` for each hour that is judged. */
interface Tolerance {
  readonly noise: number;
  readonly perHour: number;
}

/** How a process is watched while it is under everyday load, and when it counts as growing. */
export const soak = {
  sampleSeconds: 2,
  /** Not judged: pools open, code is compiled, and V8 finds out how large a heap it wants. From 0 to 1. */
  warmUpShare: 0.5,
  /** With fewer points nothing is said of a trend. */
  leastPoints: 5,
  /**
   * A run of a minute finds what grows by the noise in half of that; a night finds what would cost a process its memory
   * within a month.
   */
  growth: {
    heap: { noise: 8 * mebibyte, perHour: 1 * mebibyte },
    /** Freed memory goes back to the system late, and in pieces. */
    outside: { noise: 24 * mebibyte, perHour: 1 * mebibyte },
    /** A virtual user that k6 adds is a connection more, for as long as it asks for something. */
    descriptors: { noise: 24, perHour: 2 },
    resources: { noise: 24, perHour: 2 },
  },
} as const satisfies {
  readonly growth: Readonly<Record<string, Tolerance>>;
  readonly [setting: string]: unknown;
};
