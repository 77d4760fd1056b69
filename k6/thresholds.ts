import { type EndpointName, endpoints } from "../app/catalogue/endpoints.ts";
import { type FlowName, flows, type LoadRow, phases } from "../app/catalogue/load.ts";
import { slos } from "../app/catalogue/slos.ts";
import { countIterations, listFlows } from "./plan.ts";

/** The documented response times. */
type Budgets = Readonly<Record<EndpointName, { readonly budgetSeconds: number }>>;

function renderBudget(endpoint: EndpointName, budgets: Budgets): readonly [string, string[]] {
  return [
    `http_req_duration{endpoint:${endpoint},phase:${phases.judged}}`,
    [`p(95)<${Math.round(budgets[endpoint].budgetSeconds * 1_000)}`],
  ];
}

/** How many iterations the generator may fail to start: a share of the steady ones, however many come before. */
function renderDropped(flow: FlowName, load: LoadRow): readonly [string, string[]] {
  return [
    `dropped_iterations{scenario:${flow}}`,
    [`count<=${Math.floor(load.seconds * countIterations(flow, load) * load.droppedShare)}`],
  ];
}

/**
 * k6's thresholds of a load: the documented response times of the endpoints that it asks for, how much may fail, how many
 * jobs must complete, and how many iterations of each flow the generator may fail to start.
 * @param budgets the catalogue's unless told
 */
export function renderThresholds(load: LoadRow, budgets: Budgets = endpoints): Record<string, string[]> {
  const running = listFlows(load);
  const asked = running.flatMap((flow): readonly EndpointName[] => flows[flow].endpoints);
  return {
    ...Object.fromEntries(asked.map((endpoint) => renderBudget(endpoint, budgets))),
    http_req_failed: [`rate<=${load.failedShare}`],
    checks: [`rate>=${1 - load.failedShare}`],
    ...(running.includes("job") && { jobs_completed: [`rate>=${1 - slos.jobs.errorBudget}`] }),
    // Of its tags k6 gives this metric the scenario's name only.
    ...Object.fromEntries(running.map((flow) => renderDropped(flow, load))),
  };
}
