/** A request that both kinds of telemetry see. */
export interface Scenario {
  /** Method and path. */
  readonly request: string;
  readonly body?: object;
  /** Of HTTP. */
  readonly version?: "1.0" | "1.1";
  /** Whether the caller has a trace, and samples it. */
  readonly caller?: "sampled" | "unsampled" | "none";
  /** When the client gives up, instead of waiting for the answer. */
  readonly gone?: "before the first byte" | "after the first byte";
  /** How often, on one connection; once by default. */
  readonly times?: number;
}

const rows = {
  "a plain route": { request: "GET /plain" },
  "a query": { request: "GET /plain?token=secret&page=2" },
  "HEAD of a GET route": { request: "HEAD /plain" },
  "OPTIONS, which Express answers": { request: "OPTIONS /plain" },
  "a route with a parameter": { request: "GET /items/17" },
  "a route of several paths, the first": { request: "GET /either" },
  "a route of several paths, the second": { request: "GET /or/7" },
  "a route that is a regular expression": { request: "GET /pattern/a/b" },
  "a router's root": { request: "GET /api" },
  "a router's root with a slash": { request: "GET /api/" },
  "a router on a path": { request: "GET /api/items/17" },
  "a router on a path with a parameter": { request: "GET /tenants/acme/items/17" },
  "the same router for another parameter": { request: "GET /tenants/globex/items/18" },
  "a router in a router, both with parameters": { request: "GET /outer/a/inner/b/items/17" },
  "an app in the app": { request: "GET /app/items/17" },
  "no route": { request: "GET /nothing/17" },
  "no route in a router": { request: "GET /api/nothing" },
  "a route that passes the request on to none": { request: "GET /onward" },
  "a path that cannot be decoded": { request: "GET /items/%zz" },
  "another method than the route's": { request: "DELETE /plain" },
  "a method that is not HTTP's own": { request: "PROPFIND /plain" },
  "a method that is not HTTP's own, with a route": { request: "PROPFIND /any" },
  "a 201": { request: "GET /status/201" },
  "a 302": { request: "GET /status/302" },
  "a 404 of a route": { request: "GET /status/404" },
  "a 422": { request: "GET /status/422" },
  "a 500": { request: "GET /status/500" },
  "a 503": { request: "GET /status/503" },
  "a thrown error": { request: "GET /throw" },
  "an error thrown in a router": { request: "GET /api/items/17/throw" },
  "a rejection": { request: "GET /reject" },
  "a client gone before the first byte": { request: "GET /hang", gone: "before the first byte" },
  "a client gone after the first byte": { request: "GET /stream", gone: "after the first byte" },
  "spans in a handler": { request: "GET /nested" },
  "spans in a handler after the body was read": { request: "POST /body", body: { a: 1 } },
  "a call of another server": { request: "GET /call/200" },
  "a call that fails": { request: "GET /call/503" },
  "a call that finds nothing": { request: "GET /call/404" },
  "a connection that is kept": { request: "GET /plain", times: 3 },
  "HTTP/1.0": { request: "GET /plain", version: "1.0" },
  "no trace of the caller's": { request: "GET /nested", caller: "none" },
  "a caller that does not sample": { request: "GET /nested", caller: "unsampled" },
  "a failure where the caller does not sample": { request: "GET /throw", caller: "unsampled" },
} as const satisfies Readonly<Record<string, Scenario>>;

export type ScenarioName = keyof typeof rows;

export const scenarios: Readonly<Record<ScenarioName, Scenario>> = rows;
