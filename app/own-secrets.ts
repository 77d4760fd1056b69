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
  const given = (value: string) => ({ value, made: false });
  const { value: webhookSecret, made } =
    config.WEBHOOK_SECRET === undefined
      ? await folder.readOrMake("webhook-secret", createWebhookSecret)
      : given(config.WEBHOOK_SECRET);
  if (config.ROLE === "worker")
    return { apiKeys: config.API_KEYS ?? [], alertsToken: undefined, webhookSecret, made: { webhookSecret: made } };
  const apiKey = config.API_KEYS === undefined ? await folder.readOrMake("api-key", createApiKey) : undefined;
  const alertsToken = config.ALERTS_TOKEN ?? (await folder.readOrMake("alerts-token", createAlertsToken)).value;
  return {
    apiKeys: config.API_KEYS ?? (apiKey ? [apiKey.value] : []),
    alertsToken,
    webhookSecret,
    made: { ...(apiKey?.made && { apiKey: apiKey.value }), webhookSecret: made },
  };
}
