import { links } from "../../app/catalogue/links.ts";
import { settings } from "../../app/settings.ts";
import type { Links } from "../alert-rules.ts";

/** Where the links and the commands of a page find what they ask. */
export interface Place extends Links {
  /** The data folder, as seen from the folder that gozcu runs in. */
  readonly dataFolder: string;
  /** What Prometheus asks of the service itself: people may reach that under another address. */
  readonly dashboardMetrics: string;
  readonly otelMetrics: string;
}

/** The place of a service that was started without settings, which the committed pages are for. */
export const defaultPlace: Place = {
  ...links,
  dataFolder: settings.DATA_DIR.default,
  dashboardMetrics: `${links.service}/metrics`,
  otelMetrics: `http://127.0.0.1:${settings.OTEL_EXPORTER_PROMETHEUS_PORT.default}/metrics`,
};
