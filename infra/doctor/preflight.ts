import { type Action, type Check, type Result, runChecks } from "./check.ts";
import { configurationCheck } from "./checks/configuration.ts";
import { diskCheck } from "./checks/disk.ts";
import { dockerCheck } from "./checks/docker.ts";
import { imagesCheck } from "./checks/images.ts";
import { memoryCheck } from "./checks/memory.ts";
import { nodeCheck } from "./checks/node.ts";
import { portsCheck } from "./checks/ports.ts";
import { providerCheck } from "./checks/provider.ts";
import { terraformCheck } from "./checks/terraform.ts";
import { type Facts, gatherFacts } from "./facts.ts";

/** Of the machine and its Docker host, before anything is deployed. */
export const machineChecks: readonly Check[] = [
  nodeCheck,
  configurationCheck,
  dockerCheck,
  memoryCheck,
  diskCheck,
  portsCheck,
  terraformCheck,
  providerCheck,
  imagesCheck,
];

export type Problem = Extract<Result, { readonly state: "wrong" }>;

/** @returns all that must be mended before the action can be done; nothing has been changed. */
export async function preflight(action: Action, site: Pick<Facts, "world" | "root">): Promise<readonly Problem[]> {
  const stopping = machineChecks.filter(({ stops }) => stops?.includes(action));
  const results = await runChecks(stopping, await gatherFacts(site));
  return results.filter((result) => result.state === "wrong");
}

/** One message for all of them, each with its mend. */
export function renderPreflight(action: Action, problems: readonly Problem[]): string {
  const lines = problems.flatMap(({ title, found, mend }) => [`  ✗ ${title}: ${found}`, `    → ${mend}`]);
  return [`${action} was not begun, nothing has been changed:`, ...lines, ""].join("\n");
}
