import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type AlertmanagerConfigOptions, renderAlertmanagerConfig } from "../../alerts/alertmanager-config.ts";
import { renderTemplates } from "../../alerts/templates.ts";
import { eventually } from "./eventually.ts";
import { findFreePort, makeFolder } from "./programs.ts";

/** An alert as Prometheus reports it. */
export interface PostedAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly startsAt?: Date;
  /** In the past it is mended. */
  readonly endsAt?: Date;
}

export interface Alertmanager {
  readonly url: string;
  post(...alerts: readonly PostedAlert[]): Promise<void>;
  close(): Promise<void>;
}

export const productToken = "the-products-own-token";

type Options = Omit<AlertmanagerConfigOptions, "product" | "templateFile" | "secretFolder"> & {
  readonly productUrl: string;
};

/** Writes the rendered configuration with all that it names, and tells where. */
export async function writeAlertmanagerFiles(folder: string, { productUrl, ...options }: Options): Promise<string> {
  const templateFile = join(folder, "gozcu.tmpl");
  const tokenFile = join(folder, "token");
  const { config, secretFiles } = renderAlertmanagerConfig({
    ...options,
    product: { urls: [productUrl], tokenFile },
    templateFile,
    secretFolder: folder,
  });
  const configFile = join(folder, "alertmanager.yml");
  const secrets = Object.entries(secretFiles).map(([name, text]) => [join(folder, name), text] as const);
  const files = [
    [configFile, config],
    [templateFile, renderTemplates()],
    [tokenFile, productToken],
    ...secrets,
  ] as const;
  await Promise.all(files.map(([path, text]) => writeFile(path, text, { mode: 0o600 })));
  return configFile;
}

/** Alertmanager as it is configured by the catalogue, with data of its own. */
export async function startAlertmanager(program: string, options: Options): Promise<Alertmanager> {
  const folder = await makeFolder();
  const configFile = await writeAlertmanagerFiles(folder.path, options);
  const address = `127.0.0.1:${await findFreePort()}`;
  const flags = [`--storage.path=${folder.path}`, `--web.listen-address=${address}`, "--cluster.listen-address="];
  const child = spawn(program, [`--config.file=${configFile}`, ...flags], { stdio: ["ignore", "ignore", "pipe"] });
  let output = "";
  child.stderr.on("data", (chunk) => {
    output += String(chunk);
  });
  const url = `http://${address}`;
  await eventually(async () => {
    if (child.exitCode !== null) throw new Error(`Alertmanager ended with ${child.exitCode}:\n${output}`);
    const { status } = await fetch(`${url}/-/ready`);
    if (status !== 200) throw new Error(`Alertmanager is not ready: ${status}`);
  });
  return {
    url,
    async post(...alerts) {
      const headers = { "content-type": "application/json" };
      const { status } = await fetch(`${url}/api/v2/alerts`, { method: "POST", headers, body: JSON.stringify(alerts) });
      if (status !== 200) throw new Error(`Alertmanager does not take the alerts: ${status}`);
    },
    async close() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill("SIGTERM");
        await once(child, "exit");
      }
      await folder.close();
    },
  };
}
