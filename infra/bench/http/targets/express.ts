import express from "express";
import { address } from "../../loopback.ts";
import { answerPing, route, type Target } from "../target.ts";

/** Express as it is installed, without any telemetry. */
export async function startTarget(): Promise<Target> {
  const app = express();
  app.get(route, (_req, res) => void res.json(answerPing()));
  return { server: app.listen(address.port, address.host) };
}
