import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { createKeep } from "../keep.ts";
import { findProgram, makeFolder } from "../programs.ts";
import { hasDockerProvider } from "./provider.ts";

const describeWithTerraform = findProgram("terraform") === undefined ? describe.skip : describe;

describe("without Terraform", () => {
  test("there is no provider plugin, and with REQUIRE_TOOLS=1 that is a failure", async () => {
    await expect(hasDockerProvider({ PATH: "/nowhere" })).resolves.toBe(false);
    await expect(hasDockerProvider({ PATH: "/nowhere", REQUIRE_TOOLS: "1" })).rejects.toThrow(
      /^Terraform cannot look for kreuzwerker\/docker .*: .*ENOENT/,
    );
  });
});

describeWithTerraform("Terraform, asked for the provider plugin (needs terraform)", () => {
  const keep = createKeep();
  let folder: string;
  beforeAll(async () => {
    folder = keep(await makeFolder()).path;
  });

  /** What is found with this as the method of installation, where every tool is asked for. */
  async function findBy(method: string): Promise<boolean> {
    const file = join(folder, "terraformrc");
    await writeFile(file, `provider_installation {\n${method}\n}\n`);
    return hasDockerProvider({ ...process.env, TF_CLI_CONFIG_FILE: file, REQUIRE_TOOLS: "1" });
  }

  test("says when it is nowhere, which is no failure", async () => {
    await expect(findBy(`filesystem_mirror {\npath = ${JSON.stringify(folder)}\n}`)).resolves.toBe(false);
  });

  test("fails when it cannot read where to look", async () => {
    await expect(findBy("nonsense {\n}")).rejects.toThrow("Invalid provider_installation method block");
  });
});
