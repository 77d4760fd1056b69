import type { BucketOf } from "./metrics.ts";

type Seconds = number;

interface EndpointRow {
  readonly method: "GET" | "POST";
  /** In Express' spelling: parameters are `:name`. Also the value of `http.route`. */
  readonly route: string;
  readonly summary: string;
  /**
   * `apiKey` is the header `X-API-Key`; bearer tokens are `sessionToken`, which `POST /api/sessions` gave, and
   * `alertsToken`, which Alertmanager knows.
   */
  readonly auth: "none" | "apiKey" | "sessionToken" | "alertsToken";
  /** The documented response time at p95, in seconds: a bucket boundary, so that k6 and the rules can check it. */
  readonly budgetSeconds: BucketOf<"http.server.request.duration">;
  /** The shortest sensible interval between two requests of one client, and the one that is enforced. */
  readonly frequency?: { readonly recommended: Seconds; readonly maximum: Seconds };
  /** Served only to the stack's own network. */
  readonly internal?: true;
  /** Asked by machines that watch the service, so that its response time says nothing about users. */
  readonly probe?: true;
  /** Answered also when the service sheds load. Its path has no parameters, and it never waits for the database. */
  readonly priority?: true;
  /** In every role, not only where the API is. */
  readonly everyRole?: true;
}

export const endpoints = {
  ping: {
    method: "GET",
    route: "/api/ping",
    summary: "Is the process there?",
    auth: "none",
    budgetSeconds: 0.01,
    frequency: { recommended: 60, maximum: 10 },
    priority: true,
  },
  health: {
    method: "GET",
    route: "/api/health",
    summary: "The state of the service and of what it depends on; always 200",
    auth: "none",
    budgetSeconds: 0.1,
    frequency: { recommended: 300, maximum: 60 },
    priority: true,
  },
  telemetryRead: {
    method: "GET",
    route: "/api/telemetry",
    summary: "Counts, rates and times of jobs and webhooks, and what sources reported",
    auth: "apiKey",
    budgetSeconds: 0.2,
    frequency: { recommended: 900, maximum: 300 },
  },
  telemetryReport: {
    method: "POST",
    route: "/api/telemetry",
    summary: "A source reports its own numbers",
    auth: "apiKey",
    budgetSeconds: 0.2,
    frequency: { recommended: 900, maximum: 300 },
  },
  jobSubmit: {
    method: "POST",
    route: "/api/jobs",
    summary: "Accept a job",
    auth: "apiKey",
    budgetSeconds: 0.2,
  },
  jobList: {
    method: "GET",
    route: "/api/jobs",
    summary: "Jobs, newest first",
    auth: "apiKey",
    budgetSeconds: 0.2,
  },
  jobRead: {
    method: "GET",
    route: "/api/jobs/:id",
    summary: "One job",
    auth: "apiKey",
    budgetSeconds: 0.2,
  },
  jobCancel: {
    method: "POST",
    route: "/api/jobs/:id/cancel",
    summary: "Cancel a job that has not ended",
    auth: "apiKey",
    budgetSeconds: 0.2,
  },
  jobImage: {
    method: "GET",
    route: "/api/jobs/:id/images/:n",
    summary: "One image of a completed job, counted from 0",
    auth: "apiKey",
    budgetSeconds: 0.2,
  },
  sessionCreate: {
    method: "POST",
    route: "/api/sessions",
    summary: "Open a WebRTC session: TURN credentials and a session token",
    auth: "apiKey",
    budgetSeconds: 0.2,
  },
  sessionMeasure: {
    method: "POST",
    route: "/api/sessions/:id/measurements",
    summary: "A browser reports what it measured",
    auth: "sessionToken",
    budgetSeconds: 0.2,
  },
  alertReport: {
    method: "POST",
    route: "/api/alerts",
    summary: "Alertmanager reports what fires and what has ended",
    auth: "alertsToken",
    budgetSeconds: 0.2,
    probe: true,
    priority: true,
  },
  alertList: {
    method: "GET",
    route: "/api/alerts",
    summary: "What fires, when the Watchdog was last heard, and the last remediations",
    auth: "apiKey",
    budgetSeconds: 0.2,
  },
  runbook: {
    method: "GET",
    route: "/runbooks/:alert",
    summary: "What an alert means and what to do about it",
    auth: "none",
    budgetSeconds: 0.2,
  },
  openapi: {
    method: "GET",
    route: "/api/openapi.json",
    summary: "This API as OpenAPI 3.1",
    auth: "none",
    budgetSeconds: 0.2,
  },
  metrics: {
    method: "GET",
    route: "/metrics",
    summary: "The dashboard_* metrics as Prometheus text",
    auth: "none",
    budgetSeconds: 0.2,
    internal: true,
    probe: true,
    priority: true,
  },
  livez: {
    method: "GET",
    route: "/livez",
    summary: "Liveness; ?verbose lists each check",
    auth: "none",
    budgetSeconds: 0.01,
    probe: true,
    priority: true,
    everyRole: true,
  },
  readyz: {
    method: "GET",
    route: "/readyz",
    summary: "Readiness; ?verbose lists each check",
    auth: "none",
    budgetSeconds: 0.01,
    probe: true,
    priority: true,
    everyRole: true,
  },
} as const satisfies Record<string, EndpointRow>;

export type EndpointName = keyof typeof endpoints;
export const endpointNames = Object.keys(endpoints) as readonly EndpointName[];
