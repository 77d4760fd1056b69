import { existsSync } from "node:fs";
import { join } from "node:path";
import { errorMessage } from "../../../app/error-message.ts";
import { actions, type Check } from "../check.ts";
import type { Facts } from "../facts.ts";
import { fine, whenKnown, wrong } from "../finding.ts";
import { findSources, holdsProvider } from "../provider-mirror.ts";
import { provider } from "../requirements.ts";
import { products, type Terraform } from "../terraform.ts";
import type { World } from "../world.ts";

/** Where cdktf lets Terraform run. */
const outputFolder = "cdktf.out/stacks";

const plugin = `${provider.source} ${provider.version}`;

/** A folder that the plugin is taken from without asking anybody. */
function findFolder(terraform: Terraform, folders: readonly string[], cache: string | undefined, facts: Facts) {
  const place = facts.stack && join(facts.root, outputFolder, facts.stack.name);
  const installed = place === undefined ? [] : [join(place, ".terraform/providers")];
  // What stands in the cache is trusted only when the lock file knows it.
  const locked = place !== undefined && existsSync(join(place, ".terraform.lock.hcl"));
  const cached = cache !== undefined && locked ? [cache] : [];
  return [...installed, ...folders, ...cached].find((folder) => holdsProvider(folder, terraform));
}

/** @returns why the plugin cannot be had there. */
async function askSource(url: string, world: World): Promise<string | undefined> {
  const { host } = new URL(url);
  try {
    const { status } = await world.ask(url);
    return status === 200 ? undefined : `${host} answers with status ${status}`;
  } catch (error) {
    return `${host} cannot be reached (${errorMessage(error)})`;
  }
}

export const providerCheck: Check = {
  title: "Provider",
  stops: actions,
  async run(facts) {
    const terraform = whenKnown(facts.terraform);
    if (terraform === undefined) return undefined;
    const { folders, mirrors, registry, cache } = findSources(terraform, facts.world.env);
    const folder = findFolder(terraform, folders, cache, facts);
    if (folder !== undefined) return fine(`${plugin} in ${folder}`);
    const host = products[terraform.product].registry;
    const urls = [
      ...mirrors.map((url) => `${url.replace(/\/*$/, "/")}${host}/${provider.source}/${provider.version}.json`),
      ...(registry ? [`https://${host}/v1/providers/${provider.source}/versions`] : []),
    ];
    const answers = await Promise.all(urls.map((url) => askSource(url, facts.world)));
    const at = answers.indexOf(undefined);
    if (at !== -1) return fine(`${plugin} from ${new URL(urls[at] ?? "").host}`);
    const why = answers.length === 0 ? "the CLI configuration names no source that has it" : answers.join("; ");
    const place = join(folders[0] ?? "", host, provider.source, provider.version, terraform.platform);
    return wrong(
      `${plugin} is not installed, and ${why}`,
      `connect this machine to the internet, or put the plugin into ${place}`,
    );
  },
};
