import { createHmac, randomBytes } from "node:crypto";
import { join } from "node:path";
import { compare, hash } from "bcryptjs";
import { createWebhookSecret } from "../../app/adapters/webhook/secret.ts";
import { createAlertsToken, createApiKey } from "../../app/new-secrets.ts";
import { replaceSecrets, type SecretName } from "../topology/secret.ts";
import { secretSettings } from "./app-settings.ts";
import { addPrivateFile, makePrivateFolder, readPrivateFile, replacePrivateFile } from "./private-file.ts";
import type { GivenSecrets } from "./secrets.ts";

/** The secrets of one stack, each in a file of its own. */
export interface SecretStore {
  /**
   * Sees to it that each needed secret has its file: with what was given, else with what is there, else with a new one.
   * Nothing is deleted: what was given once and is not now may only have been forgotten, and data volumes may depend on
   * what was made.
   * @throws Error for secrets that only the operator can give, naming their settings.
   */
  provide(needed: readonly SecretName[], given: GivenSecrets): Promise<void>;
  /** Where a secret is. */
  path(name: SecretName): string;
  /**
   * Tells texts apart without telling what they say, the secrets that are marked in them included.
   * @throws Error for the mark of a secret that was not provided.
   */
  fingerprint(text: string): string;
}

const createPassword = () => randomBytes(32).toString("base64url");

/** What is made where nothing was given. */
const makers: { readonly [N in SecretName]?: () => string } = {
  "postgres-password": createPassword,
  "redis-password": createPassword,
  "grafana-password": createPassword,
  "grafana-secret-key": createPassword,
  "monitoring-password": createPassword,
  "api-keys": createApiKey,
  "alerts-token": createAlertsToken,
  "webhook-secret": createWebhookSecret,
};

/** 2^10 rounds: Prometheus computes as many for whoever asks. */
const bcryptCost = 10;

/** The setting that gives each secret. */
const settingOf = new Map<SecretName, string>(Object.entries(secretSettings).map(([setting, name]) => [name, setting]));

/** Secrets that nobody can make. */
const onlyGiven = [...settingOf.keys()].filter((name) => makers[name] === undefined);

/** The secrets that nobody can make, by the settings that give them. */
export const givenOnly: Readonly<Record<string, SecretName>> = Object.fromEntries(
  Object.entries(secretSettings).filter(([, name]) => onlyGiven.includes(name)),
);

/**
 * Opens the secrets of a stack.
 * @param folder for this alone; made with mode 0700 when it is not there
 * @throws Error when the folder or a file in it is a link, or others may read it.
 */
export async function openSecretStore(folder: string): Promise<SecretStore> {
  await makePrivateFolder(folder);
  const pathOf = (name: SecretName | "fingerprint-key") => join(folder, name);
  const secrets = new Map<SecretName, string>();

  async function readOrMake(name: SecretName | "fingerprint-key", make: () => string): Promise<string> {
    const path = pathOf(name);
    const known = await readPrivateFile(path);
    if (known !== undefined) return known;
    await addPrivateFile(path, make());
    // Another process may have been first.
    return (await readPrivateFile(path)) ?? readOrMake(name, make);
  }

  async function keep(name: SecretName, text: string): Promise<string> {
    if ((await readPrivateFile(pathOf(name))) !== text) await replacePrivateFile(pathOf(name), text);
    return text;
  }

  /** Prometheus and Alertmanager are told the hash of the password; each hash of it is another, so one is kept. */
  async function provideHash(): Promise<string> {
    const password = await readOrMake("monitoring-password", createPassword);
    const known = await readPrivateFile(pathOf("monitoring-password-hash"));
    if (known !== undefined && (await compare(password, known))) return known;
    return keep("monitoring-password-hash", await hash(password, bcryptCost));
  }

  async function provideOne(name: SecretName, given: string | undefined): Promise<string> {
    if (given !== undefined) return keep(name, given);
    const make = makers[name];
    return make === undefined ? provideHash() : readOrMake(name, make);
  }

  const key = await readOrMake("fingerprint-key", createPassword);
  return {
    path: pathOf,
    async provide(needed, given) {
      const missing = needed.filter((name) => onlyGiven.includes(name) && given[name] === undefined);
      const settings = missing.map((name) => settingOf.get(name));
      if (missing.length > 0) throw new Error(`secrets are missing: set ${settings.join(", ")} in the environment`);
      for (const name of needed) secrets.set(name, await provideOne(name, given[name]));
    },
    fingerprint(text) {
      const told = replaceSecrets(text, (name) => {
        const secret = secrets.get(name);
        if (secret === undefined) throw new Error(`the secret ${name} was not provided`);
        return secret;
      });
      return createHmac("sha256", key).update(told).digest("hex");
    },
  };
}
