import type { EndpointName } from "../catalogue/endpoints.ts";
import { alertContracts } from "./alert-contract.ts";
import type { Contract } from "./contract.ts";
import { healthContracts } from "./health-contract.ts";
import { jobContracts } from "./job-contract.ts";
import { probeContracts } from "./probe-contract.ts";
import { runbookContracts } from "./runbook-contract.ts";
import { sessionContracts } from "./session-contract.ts";
import { telemetryContracts } from "./telemetry-contract.ts";

/** What each endpoint of the catalogue takes and gives. */
export const contracts = {
  ...healthContracts,
  ...telemetryContracts,
  ...jobContracts,
  ...sessionContracts,
  ...alertContracts,
  ...runbookContracts,
  ...probeContracts,
} as const satisfies Record<EndpointName, Contract>;
