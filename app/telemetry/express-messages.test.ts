import { once } from "node:events";
import { createServer, IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "@jest/globals";
import express from "express";
import { expressMessages } from "./express-messages.ts";

/** What a server gives its listener, and what it answers by the app. */
async function ask(path: string, init: RequestInit = {}) {
  const app = express();
  const inner = express();
  inner.get("/inner", (req, res) => void res.json({ path: req.path, own: req.app === inner && res.app === inner }));
  app.use("/mounted", inner);
  app.post("/echo", express.json(), (req, res) => void res.status(201).json({ body: req.body, own: req.app === app }));
  const given: [object, object][] = [];
  const server = createServer(expressMessages(app), (req, res) => {
    given.push([req, res].map((message): object => Object.getPrototypeOf(message)) as [object, object]);
    expect([req, res]).toEqual([expect.any(IncomingMessage), expect.any(ServerResponse)]);
    app(req, res);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, init);
  const body: unknown = await answer.json();
  server.closeAllConnections();
  server.close();
  await once(server, "close");
  return { app, given, status: answer.status, body };
}

test("requests and responses come to the app with its own prototypes", async () => {
  const { app, given, ...answer } = await ask("/echo", {
    method: "POST",
    body: '{"n":1}',
    headers: { "content-type": "application/json" },
  });
  expect(given).toEqual([[app.request, app.response]]);
  expect(given[0]?.[0]).toBe(app.request);
  expect(given[0]?.[1]).toBe(app.response);
  expect(answer).toEqual({ status: 201, body: { body: { n: 1 }, own: true } });
});

test("an app that is mounted in the app has its own all the same", async () => {
  const { status, body } = await ask("/mounted/inner");
  expect({ status, body }).toEqual({ status: 200, body: { path: "/inner", own: true } });
});
