import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "@jest/globals";

test("the README's example runs and prints what the README says", async () => {
  const readme = await readFile(new URL("README.md", import.meta.url), "utf8");
  const example = /```ts\n(.*?)```/s.exec(readme)?.[1];
  const printed = /It prints `(.*)`\./.exec(readme)?.[1];
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ["--input-type=module-typescript", "--eval", String(example)],
    {
      cwd: fileURLToPath(new URL(".", import.meta.url)),
      env: { PATH: process.env.PATH, OTEL_EXPORTER_PROMETHEUS_PORT: "0", NODE_NO_WARNINGS: "1" },
    },
  );
  expect(stderr).toBe("");
  expect(stdout).toBe(`${printed}\n`);
});
