import exec from "k6/execution";
import type { phases } from "../app/catalogue/load.ts";
import { warmUpVariable } from "./plan.ts";

let steadyFrom: number | undefined;

/** The phase of what is asked now. */
export function readPhase(): keyof typeof phases {
  steadyFrom ??= exec.scenario.startTime + Number(__ENV[warmUpVariable]) * 1_000;
  return Date.now() < steadyFrom ? "rising" : "judged";
}
