/**
 * The oldest Alertmanager that must take the configuration; newer ones take it too. 0.25 reads from files Slack's
 * address, the e-mail password and HTTP authorization; 0.31 every secret.
 */
export type AlertmanagerVersion = "0.25" | "0.31";

/** The configuration for an Alertmanager of a version such as `0.25.0`. The oldest when that is not known: all take it. */
export function chooseAlertmanagerVersion(version: string | undefined): AlertmanagerVersion {
  const [major = 0, minor = 0] = (version ?? "").split(".").map(Number);
  return major > 0 || minor >= 31 ? "0.31" : "0.25";
}

/** A setting of Alertmanager's: the secret itself, or `<name>_file` and the path. */
type SecretSetting = Readonly<Record<string, string>>;

interface SecretFiles {
  /** Text by file name, to be written with mode 0600 and without a line's end: 0.25 takes that for a part of a password. */
  readonly files: Readonly<Record<string, string>>;
  /** As a file. */
  place(setting: string, file: string, text: string): SecretSetting;
  /** As a file where the version takes it as one, else as it is. */
  placeIfTaken(setting: string, file: string, text: string): SecretSetting;
}

/** Collects the secrets of one configuration. `folder` is where Alertmanager will find them. */
export function createSecretFiles(folder: string, version: AlertmanagerVersion): SecretFiles {
  const files: Record<string, string> = {};
  function place(setting: string, file: string, text: string): SecretSetting {
    files[file] = text;
    return { [`${setting}_file`]: `${folder}/${file}` };
  }
  return {
    files,
    place,
    placeIfTaken: (setting, file, text) => (version === "0.25" ? { [setting]: text } : place(setting, file, text)),
  };
}
