import { type Result, runChecks } from "./check.ts";
import { channelChecks, sendTestChecks } from "./checks/channels.ts";
import { containersCheck } from "./checks/containers.ts";
import { type Facts, gatherFacts } from "./facts.ts";
import { groundChecks } from "./preflight.ts";

/** Looks at everything, and sends a test message by each channel when it is asked to. */
export async function examine(
  options: Pick<Facts, "world" | "root"> & { readonly sendTest: boolean },
): Promise<readonly Result[]> {
  const facts = await gatherFacts(options);
  const results = [...(await runChecks([...groundChecks, ...channelChecks, containersCheck], facts))];
  if (!options.sendTest) return results;
  // In turn: who sees two of them arrive knows which.
  for (const check of sendTestChecks) results.push(...(await runChecks([check], facts)));
  return results;
}
