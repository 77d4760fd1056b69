import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "@jest/globals";
import { Problem, type ProblemCode } from "../../app/api/problem.ts";
import { findFreePort } from "../e2e/programs.ts";
import { type ClientOptions, createClient } from "./client.ts";

const key = { value: "a-secret-key", from: "the test" };
const accepted = {
  id: "01936f7e-7c3a-7d11-8f00-5b7c3f1d2a90",
  status: "pending",
  createdAt: "2026-11-28T12:00:00.000Z",
};

type Reply = (response: ServerResponse, request: IncomingMessage) => void;

const json =
  (body: unknown): Reply =>
  (response) =>
    response.end(JSON.stringify(body));
function problem(code: ProblemCode, detail: string, headers: Readonly<Record<string, string>> = {}): Reply {
  const body = new Problem(code, detail).render("/api/jobs");
  return (response) => {
    response.writeHead(body.status, { "Content-Type": "application/problem+json", ...headers });
    response.end(JSON.stringify(body));
  };
}

describe("who asks the service", () => {
  const closing: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });

  /** A service that answers with one reply after the other, the last one again and again. */
  async function serve(replies: readonly Reply[], options: Partial<ClientOptions> = {}) {
    const requests: IncomingMessage[] = [];
    const server = createServer((request, response) => {
      const reply = replies[Math.min(requests.push(request), replies.length) - 1];
      request.resume().on("end", () => reply?.(response, request));
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    closing.push(async () => {
      server.closeAllConnections();
      server.close();
    });
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const said: string[] = [];
    const client = createClient({
      url,
      findKey: async () => key,
      signal: new AbortController().signal,
      say: (line) => said.push(line),
      ...options,
    });
    return { url, client, requests, said };
  }

  const submit = { body: { type: "image", prompt: "x" }, headers: { "Idempotency-Key": "one" } } as const;

  test("sends what the contract says, and gives what it parses", async () => {
    const { client, requests } = await serve([json(accepted)]);
    expect(await client.ask("jobSubmit", submit)).toEqual(accepted);
    expect(requests[0]).toMatchObject({ method: "POST", url: "/api/jobs" });
    expect(requests[0]?.headers).toMatchObject({
      "x-api-key": key.value,
      "content-type": "application/json",
      "idempotency-key": "one",
    });
  });

  test("leaves out of a query what is not asked for", async () => {
    const { client, requests } = await serve([json({ jobs: [], nextCursor: null })]);
    await client.ask("jobList", { query: { status: undefined, limit: "5" } });
    expect(requests[0]?.url).toBe("/api/jobs?limit=5");
  });

  test("shows its key only where one is needed", async () => {
    const { client, requests } = await serve([json({})]);
    await expect(client.ask("health")).rejects.toThrow(/of another version: \/api\/health has another shape/);
    expect(requests[0]?.headers).not.toHaveProperty("x-api-key");
  });

  test("asks nothing without a key where one is needed", async () => {
    const { client, requests } = await serve([json(accepted)], { findKey: async () => undefined });
    await expect(client.ask("jobSubmit", submit)).rejects.toMatchObject({
      exit: "noKey",
      message: expect.stringMatching(/there is no API key for http.* --api-key-file.* API_KEY/),
    });
    expect(requests).toEqual([]);
  });

  test("comes again when it is told to, with the same request", async () => {
    const busy = problem("overloaded", "Too many", { "Retry-After": "0" });
    const often = problem("too-many-requests", "At most one", { "Retry-After": new Date().toUTCString() });
    const { client, requests, said } = await serve([busy, often, json(accepted)]);
    expect(await client.ask("jobSubmit", submit)).toEqual(accepted);
    expect(requests.map(({ headers }) => headers["idempotency-key"])).toEqual(["one", "one", "one"]);
    expect(said).toEqual(["the service is busy: again in 0 s", "asked too often: again in 0 s"]);
  });

  test("does not wait longer than it has patience, and says when to come again", async () => {
    const often = problem("too-many-requests", "At most one request in 300 s", { "Retry-After": "240" });
    const { client, requests } = await serve([often]);
    await expect(client.ask("telemetryRead")).rejects.toMatchObject({
      exit: "later",
      message: "not now: At most one request in 300 s; again in 240 s",
    });
    expect(requests).toHaveLength(1);
  });

  test("loses its patience at last with a service that is always busy", async () => {
    const busy = problem("overloaded", "Too many", { "Retry-After": "0" });
    const { client, requests } = await serve([busy], { patienceMs: 500 });
    await expect(client.ask("alertList")).rejects.toMatchObject({ exit: "later" });
    expect(requests).toHaveLength(4);
  });

  test("is told a refusal by its detail, without what a terminal would obey", async () => {
    const { client } = await serve([problem("job-ended", "The job is \u001B[2Jcompleted")]);
    await expect(client.ask("jobCancel", { id: accepted.id })).rejects.toMatchObject({
      exit: "notSo",
      message: "refused: The job is \uFFFD[2Jcompleted",
    });
  });

  test("is told whose key is refused, and not the key", async () => {
    const { client } = await serve([problem("unauthorized", "not known")]);
    const asked = client.ask("jobRead", { id: accepted.id });
    await expect(asked).rejects.toMatchObject({
      exit: "noKey",
      message: expect.stringContaining("of the test is not known"),
    });
    await expect(asked).rejects.not.toThrow(key.value);
  });

  test.each<[string, Reply, RegExp]>([
    [
      "a page",
      (response) => response.end("<html>"),
      /is no Gözcü, or of another version: \/api\/alerts is answered with what is not JSON/,
    ],
    ["an error page", (response) => response.writeHead(502).end("<html>"), /\/api\/alerts is answered with 502/],
    [
      "another address",
      (response) => response.writeHead(308, { Location: "https://x.example/" }).end(),
      /leads to https:\/\/x\.example\/: name that with --url/,
    ],
    [
      "half an answer",
      (response) => response.writeHead(200, { "Content-Length": "99" }).write("{", () => response.destroy()),
      /no Gözcü answers at http/,
    ],
  ])("is not content with %s", async (_, reply, reason) => {
    const { client, requests } = await serve([reply]);
    await expect(client.ask("alertList")).rejects.toThrow(reason);
    await expect(client.ask("alertList")).rejects.toMatchObject({ exit: "unreachable" });
    expect(requests).toHaveLength(2);
  });

  test("does not wait for ever for an answer", async () => {
    const { client } = await serve([() => {}], { deadlineMs: 50 });
    await expect(client.ask("health")).rejects.toThrow(/no Gözcü answers at http.* \(no answer in time\)/);
  });

  test.each([
    [async () => `http://127.0.0.1:${await findFreePort()}`, "connection refused"],
    [async () => "http://nowhere.invalid", "there is no such host|cannot be looked up"],
  ])("says where nobody answers, why, and how to start one", async (address, why) => {
    const url = await address();
    const { client } = await serve([], { url });
    await expect(client.ask("health")).rejects.toThrow(
      new RegExp(`^no Gözcü answers at ${url} \\(.*(${why}).*\\): start one with npm start, or .* --url$`),
    );
  });

  test("stops when it is told to, also while it waits", async () => {
    const stopping = new AbortController();
    const busy = problem("overloaded", "Too many", { "Retry-After": "20" });
    const { client } = await serve([busy], { signal: stopping.signal, say: () => stopping.abort() });
    await expect(client.ask("alertList")).rejects.toMatchObject({ name: "AbortError" });
  });

  test("fetches a picture from the address that it knows, whatever the job says", async () => {
    const { client, requests } = await serve([
      (response) => response.writeHead(200, { "Content-Type": "image/png" }).end("PNG"),
    ]);
    expect(await client.fetchImage(accepted.id, 1)).toEqual({ bytes: Buffer.from("PNG"), contentType: "image/png" });
    expect(requests[0]?.url).toBe(`/api/jobs/${accepted.id}/images/1`);
  });
});
