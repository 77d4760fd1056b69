import { AsyncLocalStorage } from "node:async_hooks";
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { afterEach, describe, expect, test } from "@jest/globals";
import express from "express";
import { limits } from "../catalogue/limits.ts";
import { createAdmission } from "./admission.ts";
import { type HttpServer, startHttpServer } from "./listen.ts";

describe("with one place and a line of one", () => {
  const context = new AsyncLocalStorage<string>();
  let server: HttpServer;
  let shed: number;
  /** The paths that were let in, and what was then active. */
  let letIn: (readonly [path: string, active: string | undefined])[];
  let arrivals: Map<string, PromiseWithResolvers<ServerResponse>>;
  let held: PromiseWithResolvers<() => void>;

  const arrivalOf = (path: string) => {
    const arrival = arrivals.get(path) ?? Promise.withResolvers<ServerResponse>();
    arrivals.set(path, arrival);
    return arrival;
  };
  const send = (path: string, init?: RequestInit) => fetch(server.url + path, init);

  async function start(intervalMs: number): Promise<void> {
    shed = 0;
    letIn = [];
    arrivals = new Map();
    held = Promise.withResolvers();
    const app = express();
    app.use((request, response, next) => {
      // Told when the next middleware has had it.
      setImmediate(() => arrivalOf(request.path).resolve(response));
      context.run(request.path, () => next());
    });
    app.use(createAdmission({ places: 1, waiting: 1, intervalMs, targetMs: 1, onShed: () => void shed++ }));
    app.use((request, response) => {
      letIn.push([request.path, context.getStore()]);
      if (request.path === "/held") held.resolve(() => void response.json("held"));
      else response.json("done");
    });
    server = await startHttpServer({ app, host: "127.0.0.1", port: 0 });
  }
  afterEach(() => server.close(0));

  test("what finds no place waits for one, and goes on in its own context; only what finds the line full is refused", async () => {
    await start(60_000);
    const first = send("/held");
    const end = await held.promise;
    const second = send("/second", { method: "POST", body: "{}" });
    await arrivalOf("/second").promise;
    expect((await send("/third")).status).toBe(503);
    expect(letIn).toEqual([["/held", "/held"]]);

    end();
    expect((await first).status).toBe(200);
    expect((await second).status).toBe(200);
    expect(letIn.at(-1)).toEqual(["/second", "/second"]);
    expect((await send("/fourth")).status).toBe(200);
    expect(shed).toBe(1);
  });

  test("a client that goes away while it waits leaves the line, and is never let in", async () => {
    await start(60_000);
    const first = send("/held");
    const end = await held.promise;
    const abort = new AbortController();
    const second = send("/second", { signal: abort.signal });
    const response = await arrivalOf("/second").promise;
    const closed = once(response, "close");
    abort.abort();
    await expect(second).rejects.toMatchObject({ name: "AbortError" });
    await closed;
    const third = send("/third");
    await arrivalOf("/third").promise;

    end();
    expect((await first).status).toBe(200);
    expect((await third).status).toBe(200);
    expect(letIn.map(([path]) => path)).toEqual(["/held", "/third"]);
    expect(shed).toBe(0);
  });

  test("what no place comes free for is refused when its time is up, and the line is free again", async () => {
    await start(5);
    const first = send("/held");
    const end = await held.promise;
    for (const path of ["/second", "/third"]) {
      const { status, headers } = await send(path);
      expect(status).toBe(503);
      expect(headers.get("retry-after")).toBe(String(limits.overloadRetryAfterSeconds));
    }
    expect(shed).toBe(2);

    end();
    expect((await first).status).toBe(200);
    expect((await send("/fourth")).status).toBe(200);
    expect(letIn.map(([path]) => path)).toEqual(["/held", "/fourth"]);
  });
});
