import type { EndpointName } from "./endpoints.ts";

type Seconds = number;
type PerSecond = number;
/** From 0 to 1. */
type Share = number;

interface FlowRow {
  readonly help: string;
  /** What one iteration may ask for. */
  readonly endpoints: readonly EndpointName[];
  /** How long one iteration usually lasts, with room: times the rate it says how many virtual users are made ready. */
  readonly seconds: Seconds;
  /**
   * At thousands a second so many clients share an iteration, and ask at the same moment: k6 would be busier with beginning
   * iterations than the service with answering. It opens six connections for a user, and does not count the wait for one.
   */
  readonly atOnce?: 1 | 2 | 3 | 4 | 5 | 6;
}

/** What visitors, partners and machines do; each is a function of the same name in `k6/flows.ts`. */
export const flows = {
  ping: { help: "pinging clients", endpoints: ["ping"], seconds: 0.05, atOnce: 5 },
  health: { help: "a partner polls the state", endpoints: ["health"], seconds: 0.2 },
  telemetryRead: { help: "a partner reads the numbers", endpoints: ["telemetryRead"], seconds: 0.5 },
  telemetryReport: { help: "a source reports its own numbers", endpoints: ["telemetryReport"], seconds: 0.5 },
  job: {
    help: "a job from its order to its picture, or cancelled",
    endpoints: ["jobSubmit", "jobRead", "jobCancel", "jobImage"],
    seconds: 15,
  },
  jobList: { help: "an operator looks at the last jobs", endpoints: ["jobList"], seconds: 0.5 },
  session: {
    help: "a visitor's browser opens a WebRTC session and reports what it measured",
    endpoints: ["sessionCreate", "sessionMeasure"],
    seconds: 0.5,
  },
  documents: {
    help: "a person looks at alerts, a runbook and the description of the API",
    endpoints: ["alertList", "runbook", "openapi"],
    seconds: 1,
  },
  probes: { help: "machines ask whether the process lives", endpoints: ["livez", "readyz"], seconds: 0.2 },
  scrape: { help: "Prometheus scrapes", endpoints: ["metrics"], seconds: 0.5 },
} as const satisfies Record<string, FlowRow>;

export type FlowName = keyof typeof flows;
export const flowNames = Object.keys(flows) as readonly FlowName[];

/** From so many a second on, clients of a flow share iterations. Gently, each burst would find its connections closed. */
const sharedFrom: PerSecond = 1_000;

/** How many clients of a flow share an iteration at a rate. */
export function countAtOnce(flow: FlowName, perSecond: PerSecond): number {
  const { atOnce = 1 }: FlowRow = flows[flow];
  return perSecond < sharedFrom ? 1 : atOnce;
}

export interface LoadRow {
  readonly help: string;
  /** The rates rise from nothing. Response times are not judged: connections open, and code is compiled. */
  readonly warmUpSeconds: Seconds;
  /** How long the rates then hold. */
  readonly seconds: Seconds;
  /** So many clients of a flow come, whether or not the answers keep up: an open model. */
  readonly rates: Readonly<Partial<Record<FlowName, PerSecond>>>;
  /** How many requests may be answered otherwise than documented, and how many checks may fail. */
  readonly failedShare: Share;
  /** How many iterations the generator may fail to start; with more the run has not offered what it says. */
  readonly droppedShare: Share;
}

/** What `npm run k6` puts the service under; `stress` is another kind, and stands in `stress.ts`. */
export const loads = {
  smoke: {
    help: "every public endpoint and whole jobs, gently",
    warmUpSeconds: 10,
    seconds: 15,
    rates: {
      ping: 10,
      health: 5,
      telemetryRead: 2,
      telemetryReport: 1,
      job: 0.5,
      jobList: 2,
      session: 2,
      documents: 1,
      probes: 5,
      scrape: 1,
    },
    failedShare: 0,
    droppedShare: 0,
  },
  load: {
    help: "2,000 pings a second, while everything else flows",
    warmUpSeconds: 10,
    seconds: 60,
    rates: {
      ping: 2_000,
      health: 20,
      telemetryRead: 10,
      telemetryReport: 5,
      job: 1,
      jobList: 5,
      session: 10,
      documents: 1,
      probes: 2,
      scrape: 0.2,
    },
    failedShare: 0.001,
    droppedShare: 0.01,
  },
  soak: {
    help: "an everyday mix for an hour, while memory and handles are watched",
    warmUpSeconds: 30,
    seconds: 3_600,
    rates: {
      ping: 100,
      health: 5,
      telemetryRead: 5,
      telemetryReport: 2,
      job: 0.5,
      jobList: 2,
      session: 5,
      documents: 0.5,
      probes: 1,
      scrape: 0.2,
    },
    failedShare: 0.001,
    droppedShare: 0.01,
  },
} as const satisfies Record<string, LoadRow>;

/**
 * So many virtual users are made ready for a flow, however slow it is: at five a second nothing is dropped while a service,
 * or a busy machine, stands still for two seconds.
 */
export const leastUsers = 10;

export type LoadName = keyof typeof loads;

/** The values of the tag `phase`: the rates rise, then hold. Only then is a response time judged. */
export const phases = { rising: "warm_up", judged: "steady" } as const;

/** How jobs are ordered and looked after. */
export const jobFlow = {
  order: { type: "image", prompt: "a lighthouse at dusk" },
  /** One of each so many is cancelled instead of awaited: the middle one, which is judged in a short run too. */
  cancelledEach: 10,
  pollSeconds: 0.5,
  /** A job that has not ended by then counts as not completed. */
  deadlineSeconds: 60,
} as const;
