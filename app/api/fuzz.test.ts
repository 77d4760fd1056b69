import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { z } from "zod";
import { endpointNames, endpoints } from "../catalogue/endpoints.ts";
import { addJob, alertsToken, createWorld, startTestApi, withKey } from "./fake-desks.ts";
import { createDice, createValue, type Dice, type JsonSchema } from "./fuzz-values.ts";

/** Requests made up from the OpenAPI document, each answered as the document says. `--seed=<n>` repeats a run. */

interface Parameter {
  readonly in: "path" | "query" | "header";
  readonly name: string;
  readonly schema: JsonSchema;
}

interface Media {
  readonly schema: JsonSchema;
}

interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: { readonly "application/json": Media } };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, Media>> }>>;
}

interface Document {
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, JsonSchema> };
}

const rounds = 60;
const seed = jest.getSeed();
const world = createWorld();
let api: Awaited<ReturnType<typeof startTestApi>>;
let document: Document;
let session: { readonly id: string; readonly token: string };

beforeAll(async () => {
  api = await startTestApi(world);
  document = (await api.send("GET", "/api/openapi.json")).body as Document;
  session = (await api.send("POST", "/api/sessions", { headers: withKey })).body as typeof session;
});
afterAll(() => api.close());

const resolve = (ref: string): JsonSchema => document.components.schemas[ref.split("/").at(-1) ?? ""] ?? {};

/** The document's own schema as a validator. */
function readSchema(schema: JsonSchema) {
  const text = JSON.stringify({ ...schema, $defs: document.components.schemas });
  return z.fromJSONSchema(JSON.parse(text.replaceAll("#/components/schemas/", "#/$defs/")));
}

interface Attempt {
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body?: unknown;
}

function createAttempt(
  route: string,
  { parameters = [], requestBody }: Operation,
  dice: Dice,
  wildness: number,
): Attempt {
  const existing: Record<string, string> = {
    id: route.startsWith("/api/sessions") ? session.id : createJob(),
    n: "0",
    alert: "ComfyuiDown",
  };
  const wild = { dice, wildness, resolve };
  const query = new URLSearchParams();
  const headers: Record<string, string> = {
    ...withKey,
    Authorization: `Bearer ${route === endpoints.alertReport.route ? alertsToken : session.token}`,
  };
  let path = route;
  for (const { in: place, name, schema } of parameters) {
    const value = String(createValue(schema, wild));
    if (place === "path") {
      const known = existing[name] ?? "";
      path = path.replace(`{${name}}`, dice.roll() < wildness && isSegment(value) ? encodeURIComponent(value) : known);
    } else if (dice.roll() < 0.5) {
      if (place === "query") query.append(name, value);
      else if (/^[\x20-\x7e]*$/.test(value)) headers[name] = value;
    }
  }
  if (dice.roll() < wildness / 5) delete headers[dice.pick(["X-API-Key", "Authorization"])];
  const schema = requestBody?.content["application/json"].schema;
  const value = schema && createValue(schema, wild);
  const body =
    value !== undefined && dice.roll() < wildness / 10 ? dice.pick(["{", "NaN", "\0", "[1,]"]) : JSON.stringify(value);
  return { path: query.size === 0 ? path : `${path}?${query}`, headers, ...(body !== undefined && { body }) };
}

function createJob(): string {
  const { id } = addJob(world, "pending");
  world.images.set(id, [{ contentType: "image/png", bytes: Buffer.from("png") }]);
  return id;
}

/** What stays one segment of a path that Node's parser takes: not empty, no dots to resolve, UTF-8, not too long. */
function isSegment(text: string): boolean {
  return text !== "" && !/^\.+$/.test(text) && text.isWellFormed() && text.length < 1_000;
}

describe.each(endpointNames)("%s", (name) => {
  const { method } = endpoints[name];
  const route = endpoints[name].route.replaceAll(/:(\w+)/g, "{$1}");

  async function attempt(dice: Dice, wildness: number): Promise<number> {
    const operation = document.paths[route]?.[method.toLowerCase()];
    if (operation === undefined) throw new Error(`${method} ${route} is not in the document`);
    const { path, headers, body } = createAttempt(route, operation, dice, wildness);
    const answer = await api.send(method, path, { headers, body });
    const media = Object.entries(operation.responses[answer.status]?.content ?? {});
    const told = `seed ${seed}: ${method} ${path} ${String(body).slice(0, 300)} -> ${answer.status} ${JSON.stringify(answer.body).slice(0, 300)}`;

    expect([told, world.logged]).toEqual([told, []]);
    expect([told, Object.keys(operation.responses)]).toEqual([told, expect.arrayContaining([String(answer.status)])]);
    const contentType = answer.headers.get("content-type") ?? "";
    for (const [type, { schema }] of media.filter(([type]) => type.endsWith("json"))) {
      expect([told, contentType]).toEqual([told, expect.stringContaining(type)]);
      expect([told, readSchema(schema).safeParse(answer.body).error?.issues]).toEqual([told, undefined]);
    }
    return answer.status;
  }

  test("takes a request made from the document's own examples", async () => {
    expect(await attempt(createDice(seed), 0)).toBeLessThan(300);
  });

  test(`answers ${rounds} odd requests with what the document says`, async () => {
    const dice = createDice(seed);
    for (let round = 1; round <= rounds; round++) expect(await attempt(dice, round / rounds)).toBeLessThan(500);
  });
});

test("the document's schemas are strict enough to find a wrong answer", () => {
  const { error } = readSchema({ $ref: "#/components/schemas/Ping" }).safeParse({
    status: "ok",
    message: "pong",
    timestamp: "now",
    extra: 1,
  });
  expect(error?.issues.length).toBeGreaterThan(0);
});
