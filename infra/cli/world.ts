import type { Client } from "./client.ts";
import type { Output } from "./output.ts";

/** What a command works with. */
export interface World {
  readonly client: Client;
  readonly output: Output;
  /** Whether the answer is for machines. */
  readonly json: boolean;
  /** Ends what takes long. */
  readonly signal: AbortSignal;
  readonly now: () => Date;
  readonly readFile: (file: string) => Promise<Uint8Array>;
}
