import type { Credentials } from "../prometheus-config.ts";
import { markSecret } from "./secret.ts";
import type { Files } from "./service.ts";

/** Prometheus and Alertmanager know no users; published, they ask for this one's password. */
export const guardUser = "gozcu";

const passwordFile = "monitoring-password";

/** Which of them asks. */
export type Guards = Readonly<Record<"prometheus" | "alertmanager", boolean>>;

export const noGuards: Guards = { prometheus: false, alertmanager: false };

/** How a service with the secrets in `folder` is let in; undefined where nobody asks. */
export function credentialsFor(name: keyof Guards, guards: Guards, folder: string): Credentials | undefined {
  return guards[name] ? { username: guardUser, passwordFile: `${folder}/${passwordFile}` } : undefined;
}

/** The secret file that {@link credentialsFor} names. */
export const credentialFiles: Files = { [passwordFile]: markSecret("monitoring-password") };

export const webConfigFile = "web.yml";
export const probeConfigFile = "probe.yml";

/** What the guarded program reads: who is let in, and how it is asked whether it is ready. */
export function renderGuardFiles(folder: string): Files {
  return {
    ...credentialFiles,
    [webConfigFile]: `basic_auth_users:\n  ${guardUser}: "${markSecret("monitoring-password-hash")}"\n`,
    [probeConfigFile]: `basic_auth:\n  username: ${guardUser}\n  password_file: ${folder}/${passwordFile}\n`,
  };
}
