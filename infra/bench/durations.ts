/**
 * What a turn takes beside the time that is measured, as shares of it: short against it, and long enough for
 * connections to be made and the compiler to come to rest.
 */
export const shares = {
  warmUp: 0.5,
  /** A run of its own: counting is not quite free. */
  allocation: 0.2,
} as const;
