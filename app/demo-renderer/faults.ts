import { z } from "zod";

const count = z.int().min(0).max(1_000);

/** What the demo renderer can be told to do wrong. The counts are of prompts, and go down as prompts begin. */
const FaultsSchema = z.strictObject({
  /** Destroys every connection, but for `/demo/faults`. */
  down: z.boolean(),
  /** Accepts every request and answers none, but for `/demo/faults`. */
  hang: z.boolean(),
  /** Added to every step. */
  slowMs: z.number().min(0).max(60_000),
  outOfMemory: count,
  /** The node that does the work fails. */
  badNode: count,
  /** Drops all sockets when the work begins. */
  dropSocket: count,
  /** Forgets the prompt and drops all sockets when the work begins, as a restart does. */
  lost: count,
});
export type Faults = z.infer<typeof FaultsSchema>;
export const FaultsPatchSchema = FaultsSchema.partial();

export function createFaults(): Faults {
  return { down: false, hang: false, slowMs: 0, outOfMemory: 0, badNode: 0, dropSocket: 0, lost: 0 };
}

const perPrompt = ["outOfMemory", "badNode", "dropSocket", "lost"] as const satisfies readonly (keyof Faults)[];
export type PromptFault = (typeof perPrompt)[number];

/** The fault that strikes the prompt which begins now, and one fewer of its kind to come. */
export function takePromptFault(faults: Faults): PromptFault | undefined {
  const fault = perPrompt.find((name) => faults[name] > 0);
  if (fault) faults[fault] -= 1;
  return fault;
}
