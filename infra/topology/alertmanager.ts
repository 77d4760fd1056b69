import { renderAlertmanagerConfig } from "../../alerts/alertmanager-config.ts";
import type { Channels } from "../../alerts/channels.ts";
import type { AlertmanagerVersion } from "../../alerts/secret-files.ts";
import { renderTemplates } from "../../alerts/templates.ts";
import { probeConfigFile, renderGuardFiles, webConfigFile } from "./guard.ts";
import { type MonitorSettings, renderMonitorFlags } from "./monitor-settings.ts";
import { publish } from "./publish.ts";
import { holdsSecret } from "./secret.ts";
import { defineService } from "./service.ts";

const configFile = "alertmanager.yml";
const templateFile = "gozcu.tmpl";
const tokenFile = "alerts-token";

interface AlertmanagerSettings extends MonitorSettings {
  readonly channels: Channels;
  readonly deadmanUrl?: string | undefined;
  /** With it Alertmanager reports to the product. */
  readonly alertsToken: string;
  readonly version: AlertmanagerVersion;
  /** Where people find it. */
  readonly url: string;
}

/** Groups alerts and tells people, the product and the outside heartbeat. */
export function defineAlertmanager(settings: AlertmanagerSettings) {
  const { channels, deadmanUrl, alertsToken, version, logs, url, guards, published, memoryMb } = settings;
  return defineService({
    name: "alertmanager",
    help: "Alertmanager: groups alerts and tells people",
    image: "alertmanager",
    needs: ["api"],
    networks: ["front", "back"],
    publish: publish("http", published),
    memoryMb,
    rereads: "SIGHUP",
    run(at, place) {
      const { files, secrets, data } = place;
      const { config, secretFiles } = renderAlertmanagerConfig({
        channels,
        version,
        product: {
          urls: at.each("api", "http").map((address) => `http://${address}/api/alerts`),
          tokenFile: `${secrets}/${tokenFile}`,
        },
        ...(deadmanUrl !== undefined && { deadmanUrl }),
        templateFile: `${files}/${templateFile}`,
        secretFolder: secrets,
      });
      // An old version takes some secrets only there.
      const isSecret = holdsSecret(config);
      const self = `http://${place.self("http")}`;
      return {
        args: [
          `--config.file=${isSecret ? secrets : files}/${configFile}`,
          `--storage.path=${data}`,
          // It has no peers to gossip with.
          "--cluster.listen-address=",
          ...renderMonitorFlags({
            listen: place.listen("http"),
            url,
            logs,
            webConfig: guards.alertmanager ? `${secrets}/${webConfigFile}` : undefined,
          }),
        ],
        liveFiles: { ...(!isSecret && { [configFile]: config }), [templateFile]: renderTemplates() },
        secretFiles: {
          ...(isSecret && { [configFile]: config }),
          [tokenFile]: alertsToken,
          ...secretFiles,
          ...(guards.alertmanager && renderGuardFiles(secrets)),
        },
        health: guards.alertmanager
          ? {
              command: [
                ...["amtool", "cluster", "show", `--alertmanager.url=${self}`],
                `--http.config.file=${secrets}/${probeConfigFile}`,
              ],
            }
          : { url: `${self}/-/ready` },
      };
    },
  });
}
