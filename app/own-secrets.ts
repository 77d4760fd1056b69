import { createWebhookSecret } from "./adapters/webhook/secret.ts";
import type { Config } from "./config.ts";
import type { DataFolder } from "./data-folder.ts";
import { createAlertsToken, createApiKey } from "./new-secrets.ts";

export interface OwnSecrets {
  /** What the API takes; none in the role `worker`. */
  readonly apiKeys: readonly string[];
  /** What Alertmanager reports with; undefined in the role `worker`. */
  readonly alertsToken: string | undefined;
  readonly webhookSecret: string;
  /** What was made because this is the first start. */
  readonly made: { readonly apiKey?: string; readonly webhookSecret: boolean };
}

/** The secrets that the settings give; what they do not give is in the data folder, and made on the first start. */
export async function readOwnSecrets(config: Config, folder: DataFolder): Promise<OwnSecrets> {
  const { API_KEYS, ALERTS_TOKEN, WEBHOOK_SECRET, ROLE } = config;
  const read = async (given: string | undefined, name: string, make: () => string) =>
    given === undefined ? folder.readOrMake(name, make) : { value: given, made: false };

  const webhook = await read(WEBHOOK_SECRET, "webhook-secret", createWebhookSecret);
  const common = { webhookSecret: webhook.value, made: { webhookSecret: webhook.made } };
  if (ROLE === "worker") return { ...common, apiKeys: API_KEYS ?? [], alertsToken: undefined };
  const { value: alertsToken } = await read(ALERTS_TOKEN, "alerts-token", createAlertsToken);
  if (API_KEYS !== undefined) return { ...common, apiKeys: API_KEYS, alertsToken };
  const { value: apiKey, made } = await folder.readOrMake("api-key", createApiKey);
  return { ...common, apiKeys: [apiKey], alertsToken, made: { ...common.made, ...(made && { apiKey }) } };
}
