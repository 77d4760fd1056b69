import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, test } from "@jest/globals";
import { provider } from "./requirements.ts";

test("the provider plugin that is looked for is the one that Terraform is told of", () => {
  const file = createRequire(import.meta.url).resolve("@cdktf/provider-docker/lib/provider/index.js");
  expect(readFileSync(file, "utf8")).toContain(`providerVersion: '${provider.version}'`);
});
