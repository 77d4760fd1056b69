import { check } from "k6";
import http, { type Params, type ResponseType } from "k6/http";
import { type EndpointName, endpoints } from "../app/catalogue/endpoints.ts";
import { apiKey, url } from "./target.ts";

interface Request {
  /** The values of the route's `:parameters`. */
  readonly path?: Readonly<Record<string, string>>;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** The documented answers. */
  readonly expected?: readonly number[];
  readonly responseType?: ResponseType;
}

/** What is read of an answer. */
export interface Answer {
  readonly status: number;
  readonly body: string | ArrayBuffer | null;
  /** The body as text; empty where there is none. */
  readonly text: string;
  /** The body as JSON; undefined for what is no JSON. */
  json(): unknown;
}

function renderPath(route: string, values: Readonly<Record<string, string>>): string {
  return route.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(values[name] ?? ""));
}

/**
 * Asks an endpoint of the catalogue, and checks that it answers as documented.
 * The tag `name` is the route, so that a job's id does not make a time series of its own; the thresholds go by `endpoint`.
 */
export function request(
  name: EndpointName,
  { path = {}, body, headers = {}, expected = [200], responseType = "text" }: Request,
  isValid: (answer: Answer) => boolean,
): Answer {
  const { method, route, auth } = endpoints[name];
  const title = `${method} ${route}`;
  const params: Params = {
    headers: {
      ...(auth === "apiKey" && { "X-API-Key": apiKey }),
      ...(body && { "Content-Type": "application/json" }),
      ...headers,
    },
    tags: { name: title, endpoint: name },
    responseCallback: http.expectedStatuses(...expected),
    responseType,
    timeout: "10s",
  };
  const response = http.request(method, url + renderPath(route, path), body ? JSON.stringify(body) : null, params);
  const answer: Answer = {
    status: response.status,
    body: response.body,
    text: typeof response.body === "string" ? response.body : "",
    json() {
      try {
        return response.json();
      } catch {
        return undefined;
      }
    },
  };
  check(
    answer,
    { [`${title} answers as documented`]: (given) => expected.includes(given.status) && isValid(given) },
    { endpoint: name },
  );
  return answer;
}

/** A field of an answer, by its path; undefined where there is none. */
export function readField(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (typeof inner === "object" && inner !== null ? Reflect.get(inner, key) : undefined),
    value,
  );
}
