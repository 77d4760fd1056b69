import { describe, expect, test } from "@jest/globals";
import { createKeep } from "../../e2e/keep.ts";
import { askTerraform } from "../terraform.ts";
import { createTestFacts, makePrograms, tell } from "../test-site.ts";
import { createWorld } from "../world.ts";
import { terraformCheck } from "./terraform.ts";

describe("the check of Terraform", () => {
  const keep = createKeep();
  async function check(scripts: Readonly<Record<string, string>>, env = {}) {
    const { path } = keep(await makePrograms(scripts));
    const world = keep(createWorld({ ...env, PATH: path }));
    return tell(terraformCheck, createTestFacts({ terraform: await askTerraform(world) }));
  }
  const says = (product: string, version: string) =>
    `echo 'There are some problems with the CLI configuration' >&2; echo '${product} v${version}'; echo 'on linux_amd64'`;

  test("tells how to get one where there is none", async () => {
    expect(await check({})).toEqual({
      state: "wrong",
      found: "terraform does not run: it is not on the PATH",
      mend: expect.stringContaining("install Terraform"),
    });
  });

  test("tells that OpenTofu is there, and how it is used", async () => {
    expect(await check({ tofu: says("OpenTofu", "1.8.0") })).toMatchObject({
      state: "wrong",
      mend: "OpenTofu is there: set TERRAFORM_BINARY_NAME=tofu",
    });
    expect(await check({ tofu: says("OpenTofu", "1.8.0") }, { TERRAFORM_BINARY_NAME: "tofu" })).toEqual({
      state: "fine",
      found: "OpenTofu 1.8.0 (tofu)",
    });
  });

  test("refuses one that is too old", async () => {
    expect(await check({ terraform: says("Terraform", "1.5.7") })).toEqual({
      state: "wrong",
      found: "Terraform 1.5.7 (terraform), and 1.6 is the least",
      mend: "install a newer Terraform",
    });
  });
});
