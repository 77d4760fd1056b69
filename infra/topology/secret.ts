/**
 * Secrets stand in rendered files as marks, so that a plan can be shown, compared and written down without any. An engine
 * puts the secret in their place at the last moment.
 */
const secretNames = [
  "postgres-password",
  "redis-password",
  "database-url",
  "queue-url",
  "comfyui-url",
  "api-keys",
  "alerts-token",
  "webhook-secret",
  "grafana-password",
  "grafana-secret-key",
  "monitoring-password",
  "monitoring-password-hash",
  "slack-url",
  "telegram-token",
  "discord-url",
  "smtp-password",
  "deadman-url",
  "remote-write-password",
  "remediation-comfyui-command",
] as const;

export type SecretName = (typeof secretNames)[number];

/** Characters of Unicode's private use area, which stand in no file of ours. */
const [opening, closing] = ["\uE000", "\uE001"];

/** The mark that stands for a secret. */
export function markSecret(name: SecretName): string {
  return `${opening}${name}${closing}`;
}

/** Puts something in place of each mark; `plain` may change what stands between them. */
export function replaceSecrets(
  text: string,
  replace: (name: SecretName) => string,
  plain: (part: string) => string = (part) => part,
): string {
  const parts = text.split(new RegExp(`${opening}([a-z-]+)${closing}`));
  return parts.map((part, index) => (index % 2 === 1 ? replace(part as SecretName) : plain(part))).join("");
}

export function holdsSecret(text: string): boolean {
  return text.includes(opening);
}
