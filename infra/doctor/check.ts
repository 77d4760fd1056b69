import { errorMessage } from "../../app/error-message.ts";
import type { Facts } from "./facts.ts";
import { type Finding, wrong } from "./finding.ts";
import { deadlinesMs } from "./requirements.ts";

/** What Terraform is asked to do to a stack. */
export const actions = ["deploy", "diff", "destroy"] as const;
export type Action = (typeof actions)[number];

export interface Check {
  readonly title: string;
  /** The actions that are not begun while it finds something wrong. */
  readonly stops?: readonly Action[];
  /** Undefined when there is nothing to look at, or what it builds on is not known: another check tells that. */
  run(facts: Facts): Promise<Finding | undefined> | Finding | undefined;
}

export type Result = Finding & { readonly title: string };

const isLate = Symbol("late");

async function runCheck(check: Check, facts: Facts, deadlineMs: number): Promise<Finding | undefined> {
  const late = Promise.withResolvers<typeof isLate>();
  const timer = setTimeout(() => late.resolve(isLate), deadlineMs);
  try {
    const finding = await Promise.race([check.run(facts), late.promise]);
    if (finding !== isLate) return finding;
    return wrong(`not known after ${deadlineMs / 1_000} s`, "try again; what is asked here is very slow");
  } catch (error) {
    return wrong(`cannot be told: ${errorMessage(error)}`, "see what the message says, then try again");
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Runs checks side by side; each has a deadline of its own.
 * @returns what they found, in their order.
 */
export async function runChecks(
  checks: readonly Check[],
  facts: Facts,
  deadlineMs: number = deadlinesMs.check,
): Promise<readonly Result[]> {
  const results = checks.map(async (check) => {
    const finding = await runCheck(check, facts, deadlineMs);
    return finding === undefined ? [] : [{ title: check.title, ...finding }];
  });
  return (await Promise.all(results)).flat();
}
