import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { errorMessage } from "../../../app/error-message.ts";
import { provider } from "../../doctor/requirements.ts";
import { makeFolder } from "../programs.ts";

const run = promisify(execFile);
const deadlineMs = 60_000;

const configuration = { terraform: { required_providers: { docker: provider } } };

const FailureSchema = z.object({ stderr: z.string() });

/** Terraform's own words: it has looked for the plugin, and not where a configuration that it cannot read tells it to. */
function saysNotFound(said: string): boolean {
  const readsConfiguration = !said.includes("As a result of the above problems");
  return readsConfiguration && said.includes("Failed to query available provider packages");
}

/**
 * Whether Terraform finds the plugin that speaks with Docker: in a local mirror, or in a registry.
 * @throws Error with `REQUIRE_TOOLS=1`, saying what kept Terraform from looking for it.
 */
export async function hasDockerProvider(env: NodeJS.ProcessEnv = process.env): Promise<boolean> {
  const folder = await makeFolder();
  try {
    await writeFile(join(folder.path, "main.tf.json"), JSON.stringify(configuration));
    await run("terraform", ["init", "-input=false", "-no-color"], {
      ...{ cwd: folder.path, timeout: deadlineMs },
      env: { ...env, CHECKPOINT_DISABLE: "1" },
    });
    return true;
  } catch (cause) {
    const said = FailureSchema.safeParse(cause).data?.stderr ?? "";
    if (env.REQUIRE_TOOLS !== "1" || saysNotFound(said)) return false;
    const why = /Error: (.+)/.exec(said)?.[1] ?? errorMessage(cause);
    throw new Error(`Terraform cannot look for ${provider.source} ${provider.version}: ${why}`, { cause });
  } finally {
    await folder.close();
  }
}
