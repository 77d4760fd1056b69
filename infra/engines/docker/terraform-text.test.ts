import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "@jest/globals";
import { z } from "zod";
import { createKeep } from "../../e2e/keep.ts";
import { findProgram, makeFolder } from "../../e2e/programs.ts";
import { markSecret, replaceSecrets } from "../../topology/secret.ts";
import { tellSecret } from "../../topology/test-ground.ts";
import { createTopology } from "../../topology.ts";
import { planServices } from "./plan.ts";
import { listSecrets } from "./stack.ts";
import { renderTerraformText, secretLocal } from "./terraform-text.ts";
import { synthesiseStack, testStacks } from "./test-synthesis.ts";

const run = promisify(execFile);
/** What begins a template. */
const open = "${";
const describeWithTerraform = findProgram("terraform") === undefined ? describe.skip : describe;

describe("text for Terraform", () => {
  test("is taken literally", () => {
    expect(renderTerraformText("plain $1 {a} 5% $ {b}")).toBe("plain $1 {a} 5% $ {b}");
    expect(renderTerraformText(`${open}a} %{b} $${open}c}`)).toBe(`$${open}a} %%{b} $$${open}c}`);
  });

  test("refers to what holds a secret", () => {
    expect(renderTerraformText(`a:${markSecret("api-keys")}@b`)).toBe(`a:${open}local.secret_api_keys}@b`);
  });
});

describeWithTerraform("what Terraform itself reads (needs terraform)", () => {
  const keep = createKeep();

  /** What Terraform makes of texts; needs no provider, and asks nobody. */
  async function evaluate(texts: unknown, locals: Readonly<Record<string, string>>): Promise<unknown> {
    const { path } = keep(await makeFolder());
    await writeFile(join(path, "main.tf.json"), JSON.stringify({ locals, output: { texts: { value: texts } } }));
    const options = { cwd: path, env: { ...process.env, CHECKPOINT_DISABLE: "1" }, maxBuffer: 2 ** 26 };
    await run("terraform", ["apply", "-auto-approve", "-input=false", "-no-color"], options);
    const { stdout } = await run("terraform", ["output", "-json"], options);
    return z.object({ texts: z.object({ value: z.unknown() }) }).parse(JSON.parse(stdout)).texts.value;
  }

  test("is what the services are to have: files with their secrets, arguments and environment", async () => {
    const stack = testStacks["everything asked for"];
    const planned = planServices(stack.name, createTopology(stack.topology));
    const { docker_container } = synthesiseStack(stack).resource;
    const tell = (text: string) => replaceSecrets(text, tellSecret);
    const told = (files = {}) => Object.values<string>(files).map(tell);
    const wanted = Object.fromEntries(
      planned.map(({ service: { name }, run: { args, env = {}, files, liveFiles, secretFiles } }) => [
        name,
        {
          files: told({ ...files, ...liveFiles }),
          secrets: told(secretFiles),
          args,
          env: Object.entries(env).map(([key, value]) => `${key}=${value}`),
        },
      ]),
    );
    const uploadsOf = (id: string) => (docker_container[id]?.upload ?? []).map(({ content }) => content);
    const synthesised = Object.fromEntries(
      planned.map(({ service: { name } }) => [
        name,
        {
          files: uploadsOf(`${name}-files`),
          secrets: uploadsOf(`${name}-secrets`),
          args: docker_container[`${name}-1`]?.command,
          env: docker_container[`${name}-1`]?.env,
        },
      ]),
    );
    const locals = Object.fromEntries(listSecrets(planned).map((name) => [secretLocal(name), tellSecret(name)]));
    expect(await evaluate(synthesised, locals)).toEqual(wanted);
    // The dashboards have variables that look like Terraform's.
    expect(JSON.stringify(wanted.grafana)).toContain(open);
  });

  test("is the text itself, whatever it looks like", async () => {
    const texts = [`${open}file(1)}`, `$${open}a}`, "%{ if true }", "%%{", 'a "quoted" \\n\n\ttab', "$", "ş — 🦊"];
    expect(await evaluate(texts.map(renderTerraformText), {})).toEqual(texts);
  });
});
