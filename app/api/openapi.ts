import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiResponsesObject } from "zod-openapi";
import { type EndpointName, endpointNames, endpoints } from "../catalogue/endpoints.ts";
import { isPriority } from "./admission.ts";
import { apiKeyHeader } from "./auth.ts";
import type { Contract } from "./contract.ts";
import { contracts } from "./contracts.ts";
import { type ProblemCode, problemSchema, problems } from "./problem.ts";

const description = `Each operation tells the response time it is held to at p95 (\`x-budget-ms\`). Frequencies (\`x-frequency\`) are per client: its API key, else its address. They are told by the headers
\`RateLimit-Policy\` and \`RateLimit\`, and enforced with 429 where the operator wants it. Errors are RFC 9457 problems.`;

/** What readers find the endpoints under, in this order; an endpoint belongs to the first whose pattern its route has. */
const tags = [
  { name: "jobs", description: "Work that is accepted, followed and fetched", routes: /^\/api\/jobs/ },
  { name: "telemetry", description: "Numbers, of this service and of others", routes: /^\/(api\/telemetry|metrics)/ },
  { name: "alerts", description: "What fires, and what to do about it", routes: /^\/(api\/alerts|runbooks)/ },
  { name: "sessions", description: "WebRTC, and what a visitor's browser measures", routes: /^\/api\/sessions/ },
  { name: "service", description: "Whether it is there, and how it is", routes: /^/ },
] as const;

const tagOf = (route: string) => tags.find(({ routes }) => routes.test(route))?.name ?? "service";

/** Describes every endpoint of the catalogue in OpenAPI 3.1, from the schemas that validate. */
export function createOpenApiDocument({ version }: { readonly version: string }): ReturnType<typeof createDocument> {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const name of endpointNames) {
    const { route, method } = endpoints[name];
    const path = route.replaceAll(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [method.toLowerCase()]: describe(name) };
  }
  return createDocument(
    {
      openapi: "3.1.1",
      info: { title: "Gözcü", version, description, license: { name: "Apache-2.0", identifier: "Apache-2.0" } },
      servers: [{ url: "/" }],
      tags: tags.map(({ name, description }) => ({ name, description })),
      paths,
      components: {
        securitySchemes: {
          apiKey: { type: "apiKey", in: "header", name: apiKeyHeader },
          sessionToken: { type: "http", scheme: "bearer", description: "The `token` of `POST /api/sessions`" },
          alertsToken: { type: "http", scheme: "bearer", description: "The setting `ALERTS_TOKEN`" },
        },
      },
    },
    { allowEmptySchema: { custom: true } },
  );
}

function describe(name: EndpointName): ZodOpenApiOperationObject {
  const contract: Contract = contracts[name];
  const { route, summary, auth, budgetSeconds, ...rest } = endpoints[name];
  const { path, query, headers: header, body } = contract;
  return {
    operationId: name,
    tags: [tagOf(route)],
    summary,
    security: auth === "none" ? [] : [{ [auth]: [] }],
    requestParams: { ...(path && { path }), ...(query && { query }), ...(header && { header }) },
    ...(body && { requestBody: { required: true, content: { "application/json": { schema: body } } } }),
    responses: { ...describeAnswers(contract), ...describeProblems(listProblems(name, contract)) },
    "x-budget-ms": budgetSeconds * 1_000,
    ...("frequency" in rest && {
      "x-frequency": { recommendedSeconds: rest.frequency.recommended, maximumSeconds: rest.frequency.maximum },
    }),
  };
}

function describeAnswers({ answers }: Contract): ZodOpenApiResponsesObject {
  return Object.fromEntries(
    Object.entries(answers).map(([status, { description, schema, contentType = "application/json", headers }]) => [
      status,
      { description, ...(schema && { content: { [contentType]: { schema } } }), ...(headers && { headers }) },
    ]),
  );
}

/** What an endpoint may be refused with: what follows from its row and its path, and what its contract adds. */
function listProblems(name: EndpointName, contract: Contract): ReadonlySet<ProblemCode> {
  const endpoint = endpoints[name];
  const codes = new Set<ProblemCode>(["internal", ...(contract.problems ?? [])]);
  const add = (applies: boolean, ...more: ProblemCode[]) => applies && more.forEach((code) => void codes.add(code));
  add(endpoint.auth !== "none", "unauthorized");
  add("frequency" in endpoint, "too-many-requests");
  add(!isPriority(name), "overloaded");
  add(contract.path !== undefined, "malformed-uri", "not-found");
  add(endpoint.method === "POST", "malformed-json", "malformed-request", "body-too-large", "unsupported-media-type");
  return codes;
}

function describeProblems(codes: ReadonlySet<ProblemCode>): ZodOpenApiResponsesObject {
  const byStatus = Map.groupBy(codes, (code) => problems[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, alike]) => [
      status,
      {
        description: alike.map((code) => `\`${code}\`: ${problems[code].title}`).join(". "),
        content: { "application/problem+json": { schema: problemSchema } },
      },
    ]),
  );
}
