import { createServer } from "node:http";
import express from "express";
import { expressMessages } from "../../../../app/telemetry/express-messages.ts";
import { instrumentApp } from "../../../../app/telemetry/http-server.ts";
import { initObservability } from "../../../../app/telemetry/observability.ts";
import { readTelemetrySettings } from "../../../../app/telemetry/settings.ts";
import { address } from "../../loopback.ts";
import { answerPing, route, type Target } from "../target.ts";

/** Express with this repository's telemetry, set up as the service does. */
export async function startTarget(environment: Readonly<Record<string, string | undefined>>): Promise<Target> {
  const settings = readTelemetrySettings(environment);
  const telemetry = initObservability(settings.OTEL_SERVICE_NAME, { settings });
  const app = express();
  app.get(route, (_req, res) => void res.json(answerPing()));
  return {
    server: createServer(expressMessages(app), instrumentApp(app, telemetry)).listen(address.port, address.host),
    readMetrics: async () => (await fetch(String(await telemetry.prometheusUrl))).text(),
    flush: telemetry.flush,
  };
}
