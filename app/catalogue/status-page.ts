import type { BucketOf } from "./metrics.ts";

interface PageRoute {
  readonly method: "GET" | "POST";
  /** In Express' spelling. Also the value of `http.route`. */
  readonly route: string;
  readonly summary: string;
  /** Whether it is for those alone who have entered an API key. */
  readonly login?: true;
  /**
   * The documented response time at p95, in seconds. Absent for what stays open for as long as the page is: that is no
   * response time, and is not measured as one.
   */
  readonly budgetSeconds?: BucketOf<"http.server.request.duration">;
}

/** The status page's own routes: for people and their browsers, and so no part of the API's contract. */
export const pageRoutes = {
  page: { method: "GET", route: "/", summary: "The status page: live, and whole without scripts", budgetSeconds: 0.1 },
  events: { method: "GET", route: "/events", summary: "What changes on it, as server-sent events" },
  asset: {
    method: "GET",
    route: "/assets/:build/:file",
    summary: "Its style sheets, scripts and icons, under the hash of what is in them",
    budgetSeconds: 0.1,
  },
  login: { method: "POST", route: "/login", summary: "An API key, entered on it, for a cookie", budgetSeconds: 0.1 },
  logout: { method: "POST", route: "/logout", summary: "Forgets that cookie", budgetSeconds: 0.1 },
  picture: {
    method: "GET",
    route: "/pictures/:id/:n",
    summary: "One image of a completed job, to look at on the page",
    login: true,
    budgetSeconds: 0.2,
  },
  webrtcCheck: {
    method: "POST",
    route: "/webrtc-check",
    summary: "Opens a session, with which the visitor's own browser measures a connection",
    login: true,
    budgetSeconds: 0.2,
  },
} as const satisfies Record<string, PageRoute>;

export type PageRouteName = keyof typeof pageRoutes;
export const pageRouteNames = Object.keys(pageRoutes) as readonly PageRouteName[];

/** How much the status page shows, how often it changes, and what it bears. */
export const pageLimits = {
  jobsListed: 20,
  /** What is longer is cut, a character before. */
  textCharacters: 300,

  /** How often is looked for what has changed; nothing is read while nobody looks. */
  tickMs: 1_000,
  /** A chart's last point moves on by the minute. */
  chartMs: 10_000,
  /** An open page hears from the service at least so often; it says so when it has not for longer than `staleMs`. */
  heartbeatMs: 10_000,
  staleMs: 25_000,
  /** How long a page waits for what it shows; then it shows what was known last. */
  patienceMs: 100,

  /** After how long a page that has lost its stream tries again, and how often one without a stream asks. */
  retryMs: 2_000,
  pollMs: 15_000,
  /** How often the page reloads itself without scripts. */
  reloadSeconds: 30,
  /** Open streams of this process; who comes beyond asks every `pollMs` instead. */
  streams: 1_000,
  /** A reader that takes nothing for this long is let go of. Meanwhile nothing is kept for it. */
  stallMs: 30_000,

  /** How long a login lasts. */
  loginSeconds: 86_400,
  /** Of a form. */
  formBytes: 4_096,
  /** So many wrong keys cost an address nothing; then it waits, twice as long each time. */
  triesFree: 3,
  firstWaitSeconds: 2,
  longestWaitSeconds: 300,
  /** Without a further try an address is forgotten after that. */
  triesForgottenSeconds: 3_600,
  addressesKept: 10_000,

  /** How long a WebRTC check may take before it counts as failed. */
  webrtcDeadlineMs: 15_000,
} as const;
