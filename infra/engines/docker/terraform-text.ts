import { replaceSecrets, type SecretName } from "../../topology/secret.ts";

/** `${` and `%{` begin something in Terraform's strings, and stand for themselves when they are doubled. */
const escapeTemplate = (text: string) => text.replaceAll(/[$%]\{/g, (opening) => `${opening.charAt(0)}${opening}`);

/** The local value that holds a secret. */
export const secretLocal = (name: SecretName) => `secret_${name.replaceAll("-", "_")}`;

/** Text as a Terraform string: taken literally, with a reference where a secret is marked. */
export function renderTerraformText(text: string): string {
  return replaceSecrets(text, (name) => `\${local.${secretLocal(name)}}`, escapeTemplate);
}
