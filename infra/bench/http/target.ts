import type { Server } from "node:http";

/** What is measured: a server of `GET /api/ping`, and the telemetry in it. */
export interface Target {
  readonly server: Server;
  /** Everything that its metrics tell, as Prometheus' text; none without metrics. */
  readonly readMetrics?: () => Promise<string>;
  /** Resolves when the spans that have ended are sent; none without spans. */
  readonly flush?: () => Promise<void>;
}

export const route = "/api/ping";

/** The same work for every target: what `GET /api/ping` of the service answers. */
export const answerPing = () => ({ status: "ok", message: "pong", timestamp: new Date().toISOString() });
