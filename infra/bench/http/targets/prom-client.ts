import express from "express";
import { Histogram, Registry } from "prom-client";
import { address } from "../../loopback.ts";
import { answerPing, route, type Target } from "../target.ts";

/** prom-client as its users write it: a histogram by method, route and status, recorded when an answer is finished. */
export async function startTarget(): Promise<Target> {
  const registry = new Registry();
  const duration = new Histogram({
    name: "http_request_duration_seconds",
    help: "Duration of HTTP requests",
    labelNames: ["method", "route", "status"],
    registers: [registry],
  });
  const app = express();
  app.use((req, res, next) => {
    const end = duration.startTimer();
    res.once("finish", () => void end({ method: req.method, route: req.route?.path, status: res.statusCode }));
    next();
  });
  app.get(route, (_req, res) => void res.json(answerPing()));
  return { server: app.listen(address.port, address.host), readMetrics: () => registry.metrics() };
}
