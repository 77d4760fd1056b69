import { renderAlertmanagerConfig } from "../../alerts/alertmanager-config.ts";
import type { Channels } from "../../alerts/channels.ts";
import type { AlertmanagerVersion } from "../../alerts/secret-files.ts";
import { renderTemplates } from "../../alerts/templates.ts";
import { type Guards, probeConfigFile, renderGuardFiles, webConfigFile } from "./guard.ts";
import { type ProgramLogs, renderLogFlags } from "./program-logs.ts";
import { publish } from "./publish.ts";
import { holdsSecret } from "./secret.ts";
import { defineService } from "./service.ts";
import type { HostAddress } from "./settings.ts";

const configFile = "alertmanager.yml";
const templateFile = "gozcu.tmpl";
const tokenFile = "alerts-token";

/** Groups alerts and tells people, the product and the outside heartbeat. */
export function defineAlertmanager(settings: {
  readonly channels: Channels;
  readonly deadmanUrl?: string | undefined;
  /** With it Alertmanager reports to the product. */
  readonly alertsToken: string;
  readonly version: AlertmanagerVersion;
  readonly logs: ProgramLogs;
  /** Where people find it. */
  readonly url: string;
  /** Whether it asks for a password. */
  readonly guards: Guards;
  readonly published?: HostAddress | undefined;
  readonly memoryMb: number;
}) {
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
      const { host, port } = place.listen("http");
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
          `--web.listen-address=${host}:${port}`,
          // Its own guess for links to itself is the host's name, where nobody finds it.
          `--web.external-url=${url}`,
          ...renderLogFlags(logs),
          ...(guards.alertmanager ? [`--web.config.file=${secrets}/${webConfigFile}`] : []),
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
