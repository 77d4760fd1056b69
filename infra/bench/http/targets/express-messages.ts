import { createServer } from "node:http";
import express from "express";
import { expressMessages } from "../../../../app/telemetry/express-messages.ts";
import { address } from "../../loopback.ts";
import { answerPing, route, type Target } from "../target.ts";

/** Express without any telemetry, but with requests and responses that are made for it. */
export async function startTarget(): Promise<Target> {
  const app = express();
  app.get(route, (_req, res) => void res.json(answerPing()));
  return { server: createServer(expressMessages(app), app).listen(address.port, address.host) };
}
