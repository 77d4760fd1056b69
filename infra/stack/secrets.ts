import type { Channels } from "../../alerts/channels.ts";
import { markSecret, type SecretName } from "../topology/secret.ts";
import type { TopologySettings } from "../topology/settings.ts";
import type { Answers, Values } from "./answers.ts";
import { secretSettingNames, secretSettings } from "./app-settings.ts";

export type GivenSecrets = Readonly<Partial<Record<SecretName, string>>>;

/** The channels, with marks where their secrets were. */
export function markChannels({ slack, telegram, discord, email }: Channels): Channels {
  return {
    ...(slack && { slack: { url: markSecret("slack-url") } }),
    ...(telegram && { telegram: { ...telegram, token: markSecret("telegram-token") } }),
    ...(discord && { discord: { url: markSecret("discord-url") } }),
    ...(email && {
      email: { ...email, ...(email.password !== undefined && { password: markSecret("smtp-password") }) },
    }),
  };
}

/** The secrets that were given. */
export function readGivenSecrets({ texts }: Answers, { email }: Channels): GivenSecrets {
  const given = secretSettingNames.map((name) => {
    const secret = secretSettings[name];
    return [secret, secret === "smtp-password" ? email?.password : texts.get(name)] as const;
  });
  return Object.fromEntries(given.filter(([, text]) => text !== undefined));
}

/** What the API alone is given, beside what every stack has. */
export function readAppSecrets(values: Values): TopologySettings["appSecrets"] {
  const { TELEGRAM_BOT_TOKEN, TELEGRAM_CHAT_ID, REMEDIATION_COMFYUI_COMMAND } = values;
  return {
    ...(TELEGRAM_BOT_TOKEN !== undefined && { TELEGRAM_BOT_TOKEN: markSecret("telegram-token") }),
    // No secret, but without one it would be refused by the workers, which are not given any.
    ...(TELEGRAM_CHAT_ID !== undefined && { TELEGRAM_CHAT_ID }),
    ...(REMEDIATION_COMFYUI_COMMAND !== undefined && {
      REMEDIATION_COMFYUI_COMMAND: markSecret("remediation-comfyui-command"),
    }),
  };
}
