import { exampleChannels } from "../../alerts/channels.ts";
import { type ImageName, images } from "./images.ts";
import { markSecret } from "./secret.ts";
import { type TopologySettings, usualMemoryMb } from "./settings.ts";

const references = Object.entries(images).map(([name, { reference }]) => [name, reference]);

/** Nobody's of the stack, so that nothing of the stack is taken for it. */
const links = {
  service: "http://host.example:3000",
  grafana: "http://host.example:3001",
  prometheus: "http://host.example:9090",
  alertmanager: "http://host.example:9093",
  jaeger: "http://host.example:16686",
} as const;

/** For tests: everything along, nothing published, nobody told. */
export const plainSettings: TopologySettings = {
  publish: {},
  external: new Set(),
  replicas: { api: 1, worker: 1 },
  metricsRetention: { days: 35, size: "2GB" },
  tracesRetentionDays: 7,
  memoryMb: usualMemoryMb,
  images: Object.fromEntries(references) as Record<ImageName, string>,
  channels: {},
  alertmanagerVersion: "0.31",
  links,
  app: {},
  appSecrets: {},
};

const here = (port: number) => ({ address: "127.0.0.1", port });

/** For tests: everything that can be asked for at once. */
export const fullSettings: TopologySettings = {
  ...plainSettings,
  domain: { name: "gozcu.example", email: "you@gozcu.example" },
  publish: {
    api: here(3_000),
    grafana: here(3_001),
    jaeger: here(16_686),
    prometheus: here(9_090),
    alertmanager: here(9_093),
  },
  replicas: { api: 3, worker: 3 },
  remoteWrite: { url: "https://metrics.example/api/v1/write", username: "gozcu" },
  channels: {
    slack: { url: markSecret("slack-url") },
    telegram: { ...exampleChannels.telegram, token: markSecret("telegram-token") },
    discord: { url: markSecret("discord-url") },
    email: { ...exampleChannels.email, password: markSecret("smtp-password") },
  },
  deadmanUrl: markSecret("deadman-url"),
  app: { LOG_LEVEL: "info", OTEL_SERVICE_NAME: "lookout" },
  appSecrets: { REMEDIATION_COMFYUI_COMMAND: markSecret("remediation-comfyui-command") },
};
