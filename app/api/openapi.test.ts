import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { endpointNames, endpoints } from "../catalogue/endpoints.ts";
import { createWorld, startTestApi } from "./fake-desks.ts";

interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly security: readonly Record<string, unknown>[];
  readonly parameters?: readonly {
    readonly in: string;
    readonly name: string;
    readonly required?: boolean;
    readonly schema: unknown;
  }[];
  readonly requestBody?: { readonly content: Record<string, unknown> };
  readonly responses: Record<string, { readonly description: string; readonly content?: Record<string, unknown> }>;
  readonly [extension: `x-${string}`]: unknown;
}

interface Document {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, unknown>; readonly securitySchemes: Record<string, unknown> };
}

let api: Awaited<ReturnType<typeof startTestApi>>;
let document: Document;
beforeAll(async () => {
  api = await startTestApi(createWorld());
  document = (await api.send("GET", "/api/openapi.json")).body as Document;
});
afterAll(() => api.close());

function operationOf(name: (typeof endpointNames)[number]): Operation | undefined {
  const { route, method } = endpoints[name];
  return document.paths[route.replaceAll(/:(\w+)/g, "{$1}")]?.[method.toLowerCase()];
}

test("is a document of OpenAPI 3.1", () => {
  expect(document.openapi).toMatch(/^3\.1\.\d+$/);
  expect(document.info).toMatchObject({ title: "Gözcü", version: "0.1.0" });
  const operations = Object.values(document.paths).flatMap((item) => Object.values(item));
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
  for (const { responses } of operations) {
    for (const [status, { description }] of Object.entries(responses)) {
      expect(status).toMatch(/^[1-5]\d\d$/);
      expect(description).not.toBe("");
    }
  }
});

test("an endpoint stands with its kind, under a heading that is explained", () => {
  const { tags } = document;
  expect(tags.map(({ name }) => name)).toEqual(["jobs", "telemetry", "alerts", "sessions", "service"]);
  const tagsOf = (name: (typeof endpointNames)[number]) => operationOf(name)?.tags;
  expect(tagsOf("jobImage")).toEqual(["jobs"]);
  expect(tagsOf("metrics")).toEqual(["telemetry"]);
  expect(tagsOf("runbook")).toEqual(["alerts"]);
  expect(tagsOf("openapi")).toEqual(["service"]);
  const used = endpointNames.flatMap((name) => tagsOf(name) ?? []);
  expect(new Set(used)).toEqual(new Set(tags.map(({ name }) => name)));
});

test("every reference leads somewhere", () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(
    ([, name = ""]) => name,
  );
  expect(references.length).toBeGreaterThan(0);
  for (const name of references) expect(document.components.schemas).toHaveProperty([name]);
});

describe.each(endpointNames)("%s", (name) => {
  const endpoint = endpoints[name];

  test("is described under its route, with its budget, frequency and authentication", () => {
    const operation = operationOf(name);
    expect(operation).toMatchObject({
      operationId: name,
      summary: endpoint.summary,
      "x-budget-ms": endpoint.budgetSeconds * 1_000,
      security: endpoint.auth === "none" ? [] : [{ [endpoint.auth]: [] }],
    });
    expect(operation?.["x-frequency"]).toEqual(
      "frequency" in endpoint
        ? { recommendedSeconds: endpoint.frequency.recommended, maximumSeconds: endpoint.frequency.maximum }
        : undefined,
    );
    for (const scheme of operation?.security ?? []) {
      expect(Object.keys(document.components.securitySchemes)).toEqual(expect.arrayContaining(Object.keys(scheme)));
    }
  });

  test("has each parameter of its path", () => {
    const inPath = operationOf(name)?.parameters?.filter((parameter) => parameter.in === "path") ?? [];
    expect(inPath.every(({ required }) => required)).toBe(true);
    expect(inPath.map((parameter) => parameter.name)).toEqual(
      [...endpoint.route.matchAll(/:(\w+)/g)].map(([, id]) => id),
    );
  });

  test("describes its problems as problems", () => {
    const { responses = {} } = operationOf(name) ?? {};
    const problems = Object.entries(responses).filter(
      ([status]) => Number(status) >= 400 && !(name === "readyz" && status === "503"),
    );
    expect(problems.map(([status]) => status)).toContain("500");
    for (const [, { content = {} }] of problems) {
      expect(content["application/problem+json"]).toEqual({ schema: { $ref: "#/components/schemas/Problem" } });
    }
  });
});

test("tells each status that an endpoint can answer", () => {
  const statusesOf = (name: (typeof endpointNames)[number]) =>
    Object.keys(operationOf(name)?.responses ?? {}).map(Number);
  expect(statusesOf("ping")).toEqual([200, 429, 500]);
  expect(statusesOf("telemetryReport")).toEqual([202, 400, 401, 413, 415, 422, 429, 500, 503]);
  expect(statusesOf("health")).toEqual([200, 429, 500]);
  expect(statusesOf("jobSubmit")).toEqual([202, 400, 401, 413, 415, 422, 500, 503]);
  expect(statusesOf("jobList")).toEqual([200, 401, 422, 500, 503]);
  expect(statusesOf("jobCancel")).toEqual([200, 400, 401, 404, 409, 413, 415, 500, 503]);
  expect(statusesOf("jobImage")).toEqual([200, 304, 400, 401, 404, 500, 503]);
  expect(statusesOf("sessionMeasure")).toEqual([202, 400, 401, 404, 413, 415, 422, 500, 503]);
  expect(statusesOf("alertReport")).toEqual([202, 400, 401, 413, 415, 422, 500]);
  expect(statusesOf("alertList")).toEqual([200, 401, 500, 503]);
  expect(statusesOf("runbook")).toEqual([200, 400, 404, 500, 503]);
  expect(statusesOf("readyz")).toEqual([200, 500, 503]);
});
