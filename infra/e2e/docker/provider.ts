import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const deadlineMs = 60_000;

const configuration = {
  terraform: { required_providers: { docker: { source: "kreuzwerker/docker", version: "3.6.2" } } },
};

/** Whether Terraform finds the plugin that speaks with Docker: in a local mirror, or in a registry. */
export async function hasDockerProvider(): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), "gozcu-provider-"));
  try {
    await writeFile(join(folder, "main.tf.json"), JSON.stringify(configuration));
    const env = { ...process.env, CHECKPOINT_DISABLE: "1" };
    await run("terraform", ["init", "-input=false"], { cwd: folder, env, timeout: deadlineMs });
    return true;
  } catch {
    return false;
  } finally {
    await rm(folder, { recursive: true });
  }
}
