import { check } from "k6";
import http, {
  type ArrayRefinedBatchRequest,
  type RefinedParams,
  type RefinedResponse,
  type ResponseType,
} from "k6/http";
import { type EndpointName, endpoints } from "../app/catalogue/endpoints.ts";
import { phases } from "../app/catalogue/load.ts";
import { readPhase } from "./phase.ts";
import { apiKey, url } from "./target.ts";

interface Expectation<R extends ResponseType> {
  readonly isValid: (response: RefinedResponse<R>) => boolean;
  /** The documented answers. */
  readonly expected?: readonly number[];
  /** Whether each request has a body, which then is JSON. */
  readonly hasBody?: boolean;
  /** `text` unless told. */
  readonly responseType?: R;
}

/** What one request has of its own. */
interface Request {
  /** The values of the route's `:parameters`. */
  readonly path?: Readonly<Record<string, string>>;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

function renderPath(route: string, values: Readonly<Record<string, string>>): string {
  return route.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(values[name] ?? ""));
}

/** What all requests to an endpoint have in common. */
function describe<R extends ResponseType>(
  name: EndpointName,
  { isValid, expected = [200], hasBody = false, responseType }: Expectation<R>,
) {
  const { method, route, auth } = endpoints[name];
  const title = `${method} ${route}`;
  const common = {
    headers: {
      ...(auth === "apiKey" && { "X-API-Key": apiKey }),
      ...(hasBody && { "Content-Type": "application/json" }),
    },
    responseCallback: http.expectedStatuses(...expected),
    ...(responseType && { responseType }),
    timeout: "10s",
  };
  const renderParams = (phase: string): RefinedParams<R> => ({
    ...common,
    tags: { name: title, endpoint: name, phase },
  });
  return {
    method,
    route,
    target: url + route,
    headers: common.headers,
    params: { rising: renderParams(phases.rising), judged: renderParams(phases.judged) },
    check: `${title} answers as documented`,
    checkTags: { endpoint: name },
    isAsDocumented: (response: RefinedResponse<R>) => expected.includes(response.status) && isValid(response),
  };
}

/**
 * Prepares requests to an endpoint of the catalogue, once: k6 reads scripts as they are, without a compiler, and at
 * thousands a second would be busier with making the same objects anew than with asking.
 * The tag `name` is the route, so that a job's id does not make a time series of its own; the thresholds go by `endpoint`.
 * @returns asks the endpoint, and checks that it answers as documented
 */
export function prepare<R extends ResponseType = "text">(
  name: EndpointName,
  expectation: Expectation<R>,
): (request?: Request) => RefinedResponse<R> {
  const { method, route, target, headers: common, params, ...judging } = describe(name, expectation);
  const checks = { [judging.check]: judging.isAsDocumented };
  return ({ path, body, headers } = {}) => {
    const prepared = params[readPhase()];
    const response = http.request(
      method,
      path ? url + renderPath(route, path) : target,
      body ? JSON.stringify(body) : null,
      headers ? { ...prepared, headers: { ...common, ...headers } } : prepared,
    );
    check(response, checks, judging.checkTags);
    return response;
  };
}

/**
 * Prepares equal requests that are sent at the same moment, each by a connection of its own.
 * @returns asks the endpoint `count` times, and checks that all answers are as documented
 */
export function prepareAtOnce(name: EndpointName, count: number, expectation: Expectation<"text">): () => void {
  const { method, target, params, ...judging } = describe(name, expectation);
  const repeat = (prepared: RefinedParams<"text">) =>
    Array.from({ length: count }, (): ArrayRefinedBatchRequest<"text"> => [method, target, null, prepared]);
  const checks = {
    [judging.check]: (responses: readonly RefinedResponse<"text">[]) => responses.every(judging.isAsDocumented),
  };
  const batches = { rising: repeat(params.rising), judged: repeat(params.judged) };
  return () => {
    check(http.batch(batches[readPhase()]), checks, judging.checkTags);
  };
}

/** A field of an answer, by its path, as in `iceServers.0.url`; undefined where there is none, and for what is no JSON. */
export function readField(response: RefinedResponse<"text">, path: string): unknown {
  try {
    return response.json(path);
  } catch {
    return undefined;
  }
}
