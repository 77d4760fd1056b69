import { createServer } from "node:http";
import express from "express";
import { expressMessages } from "../../../app/telemetry/express-messages.ts";
import { instrumentApp } from "../../../app/telemetry/http-server.ts";
import { initObservability } from "../../../app/telemetry/observability.ts";
import { tracedFetch } from "../../../app/telemetry/traced-fetch.ts";
import type { Telemetry } from "./app.ts";

/** This repository's telemetry, set up as the service does. */
export async function startTelemetry(): Promise<Telemetry> {
  const telemetry = initObservability("equivalence");
  const call = tracedFetch(telemetry.tracing, fetch);
  return {
    express,
    serve: (app) => createServer(expressMessages(app), instrumentApp(app, telemetry)),
    call: async (url) => (await call(url)).text(),
    readMetrics: async () => (await fetch(String(await telemetry.prometheusUrl))).text(),
    flush: telemetry.flush,
  };
}
