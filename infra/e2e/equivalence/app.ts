import type { Server } from "node:http";
import { type Span, trace } from "@opentelemetry/api";
import type express from "express";
import type { Express } from "express";

/** What the two kinds of telemetry do each in its own way. */
export interface Telemetry {
  readonly express: typeof express;
  serve(app: Express): Server;
  /** A GET of another server: its answer, once it has ended. */
  call(url: string): Promise<string>;
  /** Everything that is measured, as Prometheus' text. */
  readMetrics(): Promise<string>;
  /** Resolves when the spans that have ended are sent. */
  flush(): Promise<void>;
}

function nestSpans(answer: () => void): void {
  trace.getTracer("handler").startActiveSpan("outer", (outer: Span) => {
    outer.setAttribute("depth", 1);
    trace.getTracer("handler").startActiveSpan("inner", (inner: Span) => {
      inner.end();
      outer.end();
      answer();
    });
  });
}

/**
 * A server with routes of all kinds. It knows nothing of telemetry but OpenTelemetry's API.
 * @param onHang told when a request has come that is never answered.
 */
export function createApp({ express, call }: Telemetry, targetUrl: string, onHang: () => void) {
  const app = express();
  app.use((_req, _res, next) => next());
  app.use(async (_req, _res, next) => {
    await Promise.resolve();
    next();
  });

  app.get("/plain", (_req, res) => void res.json({}));
  app.get("/items/:id", (_req, res) => void res.json({}));
  app.get(["/either", "/or/:id"], (_req, res) => void res.json({}));
  app.get(/^\/pattern\/.*$/, (_req, res) => void res.json({}));
  app.all("/any", (_req, res) => void res.json({}));
  app.get("/onward", (_req, _res, next) => next());
  app.get("/status/:code", (req, res) => void res.status(Number(req.params.code)).json({}));
  app.get("/throw", () => {
    throw new Error("broken");
  });
  app.get("/reject", async () => {
    await Promise.resolve();
    throw new Error("broken");
  });
  app.get("/hang", onHang);
  app.get("/stream", (_req, res) => void res.write("begun"));
  app.get("/nested", (_req, res) => nestSpans(() => void res.json({})));
  app.post("/body", express.json(), (req, res) => nestSpans(() => void res.json(req.body)));
  app.get("/call/:code", async (req, res) => void res.send(await call(`${targetUrl}/${req.params.code}`)));

  const api = express.Router();
  api.use((_req, _res, next) => next());
  api.get("/", (_req, res) => void res.json({}));
  api.get("/items/:id", (_req, res) => void res.json({}));
  api.get("/items/:id/throw", () => {
    throw new Error("broken");
  });
  app.use("/api", api);

  const tenant = express.Router();
  tenant.get("/items/:id", (_req, res) => void res.json({}));
  app.use("/tenants/:tenant", (_req, _res, next) => next(), tenant);

  const inner = express.Router();
  inner.get("/items/:id", (_req, res) => void res.json({}));
  const outer = express.Router();
  outer.use("/inner/:inner", inner);
  app.use("/outer/:outer", outer);

  const part = express();
  part.get("/items/:id", (_req, res) => void res.json({}));
  app.use("/app", part);
  return app;
}
