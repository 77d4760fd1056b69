/** Exit codes, as `sysexits.h` has them. */
export const exitCodes = {
  /** The command line is wrong. */
  usage: 64,
  /** What is in the data folder is not for this version. */
  data: 65,
  /** Something that is needed cannot be had. */
  unavailable: 69,
  /** We erred. */
  software: 70,
  /** The data folder cannot be made, or not be written in. */
  folder: 73,
  /** The settings are wrong. */
  config: 78,
} as const;

/** What keeps us from starting and whoever starts us can mend: the message says how. */
export class Obstacle extends Error {
  override readonly name: string = "Obstacle";
  readonly exitCode: number;
  constructor(kind: keyof typeof exitCodes, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCodes[kind];
  }
}
