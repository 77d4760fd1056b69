import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import express, { type Express, type RequestHandler } from "express";
import helmet from "helmet";
import { endpoints } from "../catalogue/endpoints.ts";
import type { TraceCarrier } from "../jobs/job.ts";
import { createAdmission } from "./admission.ts";
import { createAlertHandlers } from "./alerts.ts";
import { type ApiKeys, createGuards } from "./auth.ts";
import type { Handlers } from "./call.ts";
import { createEndpointRoutes } from "./endpoint-routes.ts";
import { createExpositionHandler, type MetricsHandler } from "./exposition.ts";
import { createHealthHandlers } from "./health.ts";
import { createJobHandlers, type WebhookUrlCheck } from "./jobs.ts";
import { createOpenApiDocument } from "./openapi.ts";
import type { AlertDesk, HealthDesk, JobDesk, Log, Measurements, SessionDesk, TelemetryDesk } from "./ports.ts";
import { createProbeHandlers, type ReadinessChecks } from "./probes.ts";
import { createErrorHandler, refuseUnknownPath } from "./problem.ts";
import { createRateLimiter, type RateLimitMode } from "./rate-limit.ts";
import { createRunbookHandler, type RenderRunbook } from "./runbook.ts";
import { createSessionHandlers } from "./sessions.ts";
import { createTelemetryHandlers } from "./telemetry.ts";

type HeaderValue = number | string | readonly string[];

/** What helmet sets is the same for each answer, so it is asked once. */
function listSafetyHeaders(): ReadonlyMap<string, HeaderValue> {
  const headers = new Map<string, HeaderValue>();
  const sample = new ServerResponse(new IncomingMessage(new Socket()));
  sample.setHeader = (name, value) => {
    headers.set(name, value);
    return sample;
  };
  const setHeaders = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { "default-src": ["'none'"], "frame-ancestors": ["'none'"] },
    },
    // Whether a site is to be had by TLS alone is for the proxy to say that has the certificate.
    strictTransportSecurity: false,
    xFrameOptions: { action: "deny" },
    // For browsers and plugins of the past, or what today's browsers do by themselves; each costs a ping 1 %.
    originAgentCluster: false,
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
  });
  setHeaders(sample.req, sample, () => {});
  return headers;
}

const alwaysSent = new Map([...listSafetyHeaders(), ["Cache-Control", "no-store"]]);

/** What serves the probes alone. */
interface ProbeOptions {
  readonly ready: ReadinessChecks;
  readonly log: Log;
}

/** What serves the whole API. */
interface ServiceOptions extends ProbeOptions {
  readonly jobs: JobDesk;
  readonly telemetry: TelemetryDesk;
  readonly sessions: SessionDesk;
  readonly health: HealthDesk;
  readonly alerts: AlertDesk;
  readonly renderRunbook: RenderRunbook;
  readonly metricsHandler: MetricsHandler;
  readonly record: (measurements: Measurements) => void;
  /** Told of each request that is refused because too many are in hand. */
  readonly onShed: () => void;
  readonly checkWebhookUrl: WebhookUrlCheck;
  readonly carrier: () => TraceCarrier;
  readonly apiKeys: ApiKeys;
  readonly alertsTokens: ApiKeys;
  readonly rateLimit: RateLimitMode;
  /** How many proxies in front are believed about the client's address (`X-Forwarded-For`). */
  readonly trustProxy: number;
  /** The product's version, for the OpenAPI document. */
  readonly version: string;
  /** Routers of other rooms, tried before a path counts as unknown. */
  readonly rooms?: readonly RequestHandler[];
}

export type ApiOptions =
  | (ProbeOptions & { readonly role: "worker" })
  | (ServiceOptions & { readonly role: "all" | "api" });

/**
 * The HTTP API: every endpoint of the catalogue, or in the role `worker` those of every role. Listens to nothing yet, and
 * owns nothing that has to be closed.
 */
export function createApi(options: ApiOptions): Express {
  const app = express();
  app.disable("x-powered-by");
  // An answer such as ping's changes each time: hashing it for an ETag would be for nothing.
  app.disable("etag");
  if (options.role !== "worker") app.use(createAdmission(options));
  app.use((_request, response, next) => {
    response.setHeaders(alwaysSent);
    next();
  });
  const probes = createProbeHandlers(options);
  if (options.role === "worker") {
    app.use(createEndpointRoutes({ handlers: probes, guardOf: () => () => "", limiterOf: () => undefined }));
  } else {
    app.set("trust proxy", options.trustProxy);
    const guards = createGuards(options);
    const limiting = { mode: options.rateLimit, apiKeys: options.apiKeys };
    app.use(
      createEndpointRoutes({
        handlers: { ...probes, ...createServiceHandlers(options) } satisfies Handlers,
        guardOf: (name) => guards[endpoints[name].auth],
        limiterOf: (name) => createRateLimiter(name, limiting),
      }),
      ...(options.rooms ?? []),
    );
  }
  app.use(refuseUnknownPath, createErrorHandler(options));
  return app;
}

function createServiceHandlers(options: ServiceOptions): Omit<Handlers, "livez" | "readyz"> {
  const document = createOpenApiDocument(options);
  return {
    ...createHealthHandlers(options),
    ...createTelemetryHandlers(options),
    ...createJobHandlers(options),
    ...createSessionHandlers(options),
    ...createAlertHandlers(options),
    ...createRunbookHandler(options),
    ...createExpositionHandler(options),
    openapi: () => ({ status: 200, body: { ...document } }),
  };
}
