import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { Environment } from "../../app/config.ts";
import { provider } from "./requirements.ts";
import { products, type Terraform } from "./terraform.ts";

/** Where Terraform is told to take provider plugins from. */
export interface Sources {
  /** Folders, in the layout of a mirror. */
  readonly folders: readonly string[];
  /** Addresses of network mirrors. */
  readonly mirrors: readonly string[];
  /** Whether it may ask the registry. */
  readonly registry: boolean;
  /** What it has once downloaded. */
  readonly cache: string | undefined;
}

/**
 * Reads what a CLI configuration file says of the installation of providers.
 * https://developer.hashicorp.com/terraform/cli/config/config-file#provider-installation
 */
function readSources(configuration: string, implied: readonly string[], env: Environment): Sources {
  const text = configuration.replace(/\/\*[\s\S]*?\*\/|^\s*(#|\/\/).*$/gm, "");
  const quoted = (name: string, inside: string) => new RegExp(`\\b${name}\\s*=\\s*"([^"]*)"`).exec(inside)?.[1];
  const all = (block: string, name: string) =>
    [...text.matchAll(new RegExp(`\\b${block}\\s*\\{([^{}]*)\\}`, "g"))].flatMap(
      ([, inside = ""]) => quoted(name, inside) ?? [],
    );
  const isExplicit = /\bprovider_installation\s*\{/.test(text);
  return {
    folders: isExplicit ? all("filesystem_mirror", "path") : implied,
    mirrors: all("network_mirror", "url"),
    registry: !isExplicit || /\bdirect\s*\{/.test(text),
    cache: env.TF_PLUGIN_CACHE_DIR || quoted("plugin_cache_dir", text),
  };
}

/** https://developer.hashicorp.com/terraform/cli/config/config-file#implied-local-mirror-directories */
function listImpliedFolders({ HOME = "", XDG_DATA_HOME, XDG_DATA_DIRS }: Environment): readonly string[] {
  const shared = (XDG_DATA_DIRS || "/usr/local/share:/usr/share").split(delimiter);
  const data = [XDG_DATA_HOME || join(HOME, ".local/share"), ...shared];
  return [
    join(HOME, ".terraform.d/plugins"),
    join(HOME, "Library/Application Support/io.hashicorp.terraform/plugins"),
    ...data.flatMap((folder) => [join(folder, "terraform/plugins"), join(folder, "opentofu/plugins")]),
  ];
}

/** The sources that this environment gives Terraform. */
export function findSources({ product }: Terraform, env: Environment): Sources {
  const usual = products[product].configFiles.map((name) => join(env.HOME ?? "", name));
  const file = [env.TF_CLI_CONFIG_FILE || usual].flat().find((path) => existsSync(path));
  return readSources(file === undefined ? "" : readFileSync(file, "utf8"), listImpliedFolders(env), env);
}

/** Whether a folder in the layout of a mirror, packed or not, holds the plugin for a platform. */
export function holdsProvider(folder: string, { product, platform }: Terraform): boolean {
  const { source, version } = provider;
  const own = join(folder, products[product].registry, source);
  const name = source.slice(source.indexOf("/") + 1);
  return [join(version, platform), `terraform-provider-${name}_${version}_${platform}.zip`].some((path) =>
    existsSync(join(own, path)),
  );
}
