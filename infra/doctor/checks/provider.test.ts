import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { createKeep } from "../../e2e/keep.ts";
import { makeFolder } from "../../e2e/programs.ts";
import { createTestFacts, tell } from "../test-site.ts";
import type { World } from "../world.ts";
import { providerCheck } from "./provider.ts";

const unpacked = "registry.terraform.io/kreuzwerker/docker/3.6.2/linux_amd64";

describe("the check of the provider plugin", () => {
  const keep = createKeep();
  const noInternet: World["ask"] = (url) => Promise.reject(new Error(`getaddrinfo ENOTFOUND ${new URL(url).host}`));

  async function makeHome(configuration = "") {
    const { path: home } = keep(await makeFolder());
    if (configuration !== "") await writeFile(join(home, ".terraformrc"), configuration.replaceAll("HOME", home));
    return home;
  }
  const check = (HOME: string, { ask = noInternet, root = HOME }: { ask?: World["ask"]; root?: string } = {}) =>
    tell(providerCheck, createTestFacts({ root, world: { env: { HOME, XDG_DATA_DIRS: HOME }, ask } }));

  test("finds it in a folder where Terraform looks by itself", async () => {
    const home = await makeHome();
    await mkdir(join(home, ".terraform.d/plugins", unpacked), { recursive: true });
    expect(await check(home)).toMatchObject({ state: "fine", found: expect.stringContaining(".terraform.d/plugins") });
  });

  test("finds it packed in a folder that the CLI configuration names", async () => {
    const home = await makeHome(
      'provider_installation {\n  # not: filesystem_mirror { path = "/none" }\n  filesystem_mirror {\n    path = "HOME/mirror"\n  }\n}\n',
    );
    const folder = join(home, "mirror/registry.terraform.io/kreuzwerker/docker");
    await mkdir(folder, { recursive: true });
    expect(await check(home)).toMatchObject({ state: "wrong", found: expect.stringContaining("names no source") });
    await writeFile(join(folder, "terraform-provider-docker_3.6.2_linux_amd64.zip"), "");
    expect(await check(home)).toEqual({
      state: "fine",
      found: `kreuzwerker/docker 3.6.2 in ${join(home, "mirror")}`,
    });
  });

  test("trusts the cache where the lock file knows it", async () => {
    const home = await makeHome('plugin_cache_dir = "HOME/cache"\n');
    await mkdir(join(home, "cache", unpacked), { recursive: true });
    expect(await check(home)).toMatchObject({ state: "wrong" });
    await mkdir(join(home, "cdktf.out/stacks/gozcu"), { recursive: true });
    await writeFile(join(home, "cdktf.out/stacks/gozcu/.terraform.lock.hcl"), "");
    expect(await check(home)).toMatchObject({ state: "fine" });
  });

  test("asks the mirror in the network that the CLI configuration names", async () => {
    const home = await makeHome(
      'provider_installation {\n  network_mirror {\n    url = "https://mirror.example/v1/"\n  }\n}\n',
    );
    const asked: string[] = [];
    const finding = await check(home, {
      ask: (url) => {
        asked.push(url);
        return Promise.resolve({ status: 200, text: "{}" });
      },
    });
    expect(finding).toEqual({ state: "fine", found: "kreuzwerker/docker 3.6.2 from mirror.example" });
    expect(asked).toEqual(["https://mirror.example/v1/registry.terraform.io/kreuzwerker/docker/3.6.2.json"]);
  });

  test("without it and without internet there is one clear line", async () => {
    const home = await makeHome();
    expect(await check(home)).toEqual({
      state: "wrong",
      found:
        "kreuzwerker/docker 3.6.2 is not installed, and registry.terraform.io cannot be reached (getaddrinfo ENOTFOUND registry.terraform.io)",
      mend: `connect this machine to the internet, or put the plugin into ${join(home, ".terraform.d/plugins", unpacked)}`,
    });
  });

  test("the registry's answer is enough", async () => {
    const ask = () => Promise.resolve({ status: 200, text: "{}" });
    expect(await check(await makeHome(), { ask })).toMatchObject({ state: "fine" });
  });
});
