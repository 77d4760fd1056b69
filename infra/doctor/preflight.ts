import { type Action, type Check, type Result, runChecks } from "./check.ts";
import { configurationCheck } from "./checks/configuration.ts";
import { dataCheck } from "./checks/data.ts";
import { diskCheck } from "./checks/disk.ts";
import { dockerCheck } from "./checks/docker.ts";
import { forgottenCheck } from "./checks/forgotten.ts";
import { imagesCheck } from "./checks/images.ts";
import { memoryCheck } from "./checks/memory.ts";
import { nodeCheck } from "./checks/node.ts";
import { portsCheck } from "./checks/ports.ts";
import { providerCheck } from "./checks/provider.ts";
import { secretsCheck } from "./checks/secrets.ts";
import { stateCheck } from "./checks/state.ts";
import { terraformCheck } from "./checks/terraform.ts";
import { type Facts, gatherFacts } from "./facts.ts";

/** What a deploy builds on: the machine, its Docker host, and what is kept of the stack. */
export const groundChecks: readonly Check[] = [
  nodeCheck,
  configurationCheck,
  dockerCheck,
  memoryCheck,
  diskCheck,
  portsCheck,
  secretsCheck,
  forgottenCheck,
  dataCheck,
  stateCheck,
  terraformCheck,
  providerCheck,
  imagesCheck,
];

export type Problem = Extract<Result, { readonly state: "wrong" }>;

/** @returns all that must be mended before the action can be done; nothing has been changed. */
export async function preflight(action: Action, site: Pick<Facts, "world" | "root">): Promise<readonly Problem[]> {
  const stopping = groundChecks.filter(({ stops }) => stops?.includes(action));
  const results = await runChecks(stopping, await gatherFacts(site));
  return results.filter((result) => result.state === "wrong");
}

/** One message for all of them, each with its mend. */
export function renderPreflight(action: Action, problems: readonly Problem[]): string {
  const lines = problems.flatMap(({ title, found, mend }) => [
    `  ✗ ${title}: ${found.replaceAll("\n", "\n      ")}`,
    `    → ${mend}`,
  ]);
  return [`${action} was not begun, nothing has been changed:`, ...lines, ""].join("\n");
}
