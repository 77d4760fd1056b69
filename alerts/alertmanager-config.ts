import { stringify } from "yaml";
import { alerts, narrowSymptoms } from "../app/catalogue/alerts.ts";
import { type Cadence, notifications, watchdogName } from "../app/catalogue/notifications.ts";
import { timeScale } from "../app/catalogue/time-scale.ts";
import { renderDuration } from "../app/telemetry/duration.ts";
import { type Channels, renderChannels } from "./channels.ts";
import { renderInhibitRules } from "./inhibition.ts";
import { type AlertmanagerVersion, createSecretFiles } from "./secret-files.ts";

export interface AlertmanagerConfigOptions {
  readonly channels: Channels;
  /** `POST /api/alerts` of each process of the product, which remembers by itself; and the file with its bearer token. */
  readonly product: { readonly urls: readonly string[]; readonly tokenFile: string };
  /** The outside heartbeat; without it the Watchdog goes to the product only. */
  readonly deadmanUrl?: string;
  /** Where Alertmanager finds the text of {@link renderTemplates}. */
  readonly templateFile: string;
  /** The folder in which Alertmanager finds the secret files. */
  readonly secretFolder: string;
  /** 0.25 unless told. */
  readonly version?: AlertmanagerVersion;
  /** What all times are multiplied by; the catalogue's unless told. */
  readonly scale?: number;
}

export interface AlertmanagerConfig {
  /** YAML. With version 0.25 it holds secrets itself: to be written with mode 0600. */
  readonly config: string;
  /** Text by file name; to be written into the secret folder as they are, with mode 0600. */
  readonly secretFiles: Readonly<Record<string, string>>;
}

/**
 * A repetition is due at a multiple of the interval, but counts from when the last message had been sent, a moment after
 * its tick. At the full time it would be found to be not quite due, and wait for one interval more: a heartbeat would
 * skip every other beat. Half an interval less makes the tick that is meant the first that is late enough.
 */
function renderCadence({ waitSeconds, intervalSeconds, repeatSeconds }: Cadence, scale: number) {
  return {
    group_wait: renderDuration(waitSeconds, scale),
    group_interval: renderDuration(intervalSeconds, scale),
    repeat_interval: renderDuration(repeatSeconds - intervalSeconds / 2, scale),
  };
}

/** The first route hears everything and passes it on; the last brings people what has no known severity. */
function renderRoutes(scale: number) {
  const { people, product, heartbeat } = notifications;
  return {
    receiver: "people",
    group_by: ["alertname"],
    ...renderCadence(people.warning, scale),
    routes: [
      { receiver: "product", continue: true, ...renderCadence(product, scale) },
      { receiver: "heartbeat", matchers: [`alertname="${watchdogName}"`], ...renderCadence(heartbeat, scale) },
      ...Object.entries(people).map(([severity, cadence]) => ({
        receiver: "people",
        matchers: [`severity="${severity}"`],
        ...renderCadence(cadence, scale),
      })),
      { receiver: "people" },
    ],
  };
}

/**
 * Alertmanager's configuration.
 * @throws RangeError for a way to send e-mail that the version does not have.
 */
export function renderAlertmanagerConfig(options: AlertmanagerConfigOptions): AlertmanagerConfig {
  const { channels, product, deadmanUrl, templateFile, secretFolder, version = "0.25", scale = timeScale } = options;
  const secrets = createSecretFiles(secretFolder, version);
  const authorization = { type: "Bearer", credentials_file: product.tokenFile };
  // The end of the Watchdog is no sign of life.
  const beat = deadmanUrl && { ...secrets.placeIfTaken("url", "deadman-url", deadmanUrl), send_resolved: false };
  const config = stringify({
    templates: [templateFile],
    route: renderRoutes(scale),
    inhibit_rules: renderInhibitRules(alerts, narrowSymptoms),
    receivers: [
      { name: "people", ...renderChannels(channels, { secrets, version }) },
      {
        name: "product",
        webhook_configs: product.urls.map((url) => ({ url, send_resolved: true, http_config: { authorization } })),
      },
      { name: "heartbeat", ...(beat && { webhook_configs: [beat] }) },
    ],
  });
  return { config, secretFiles: secrets.files };
}
