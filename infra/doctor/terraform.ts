import type { Known } from "./finding.ts";
import type { World } from "./world.ts";

/** What Terraform and OpenTofu differ in, for us. */
export const products = {
  Terraform: { command: "terraform", registry: "registry.terraform.io", configFiles: [".terraformrc"] },
  OpenTofu: { command: "tofu", registry: "registry.opentofu.org", configFiles: [".tofurc", ".terraformrc"] },
} as const;

export type ProductName = keyof typeof products;

export interface Terraform {
  readonly product: ProductName;
  readonly command: string;
  readonly version: string;
  /** As provider plugins are named, such as `linux_amd64`. */
  readonly platform: string;
}

type Said = Omit<Terraform, "command">;

/** Reads `Terraform v1.11.4` and `on linux_amd64`; undefined when it is neither product. */
function readTerraformVersion(said: string): Said | undefined {
  const [, product, version] = /^(Terraform|OpenTofu) v(\d+\.\d+\.\d+\S*)/m.exec(said) ?? [];
  if (product === undefined || version === undefined) return undefined;
  return { product: product as ProductName, version, platform: /^on (\w+)$/m.exec(said)?.[1] ?? "" };
}

/** Asks the command that the cdktf CLI will use: `TERRAFORM_BINARY_NAME`, else `terraform`. */
export async function askTerraform({ run, env }: Pick<World, "run" | "env">): Promise<Known<Terraform>> {
  const wanted = env.TERRAFORM_BINARY_NAME || undefined;
  const command = wanted ?? products.Terraform.command;
  const { said } = await run(command, ["version"]);
  const terraform = readTerraformVersion(said);
  if (terraform !== undefined) return { value: { ...terraform, command } };
  const { command: tofu } = products.OpenTofu;
  const hasTofu = command !== tofu && readTerraformVersion((await run(tofu, ["version"])).said) !== undefined;
  const name = wanted === undefined ? command : `TERRAFORM_BINARY_NAME=${wanted}`;
  const found = `${name} does not run: ${said.trim() || "it tells no version"}`;
  const mend = hasTofu
    ? `OpenTofu is there: set TERRAFORM_BINARY_NAME=${tofu}`
    : "install Terraform (https://developer.hashicorp.com/terraform/install), or OpenTofu (https://opentofu.org/docs/intro/install/) and set TERRAFORM_BINARY_NAME=tofu";
  return { trouble: { found, mend } };
}
