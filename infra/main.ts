import { realpathSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { App } from "cdktf";
import { errorMessage } from "../app/error-message.ts";
import { hashAppSources } from "./engines/docker/app-image.ts";
import { planServices } from "./engines/docker/plan.ts";
import { createDockerStack, listSecrets } from "./engines/docker/stack.ts";
import { loadEnvironment } from "./stack/environment.ts";
import { secretsFolder, stackFolder, stateFile } from "./stack/folders.ts";
import { describeStack } from "./stack/outputs.ts";
import { makePrivateFolder } from "./stack/private-file.ts";
import { readProject } from "./stack/project.ts";
import { openSecretStore } from "./stack/secret-store.ts";
import { createTopology } from "./topology.ts";

/** Without symbolic links, as Terraform's own folder is. */
const root = `${realpathSync(fileURLToPath(new URL("../", import.meta.url)))}/`;

/** The program that `cdktf.json` names: reads the configuration and writes Terraform's. Secrets are made the first time. */
async function main(): Promise<void> {
  // What Terraform is told, plans and knows is nobody else's.
  process.umask(0o077);
  loadEnvironment(root);
  const { name, topology: settings, baseImages, buildApp, given } = readProject(root, process.env);
  const topology = createTopology(settings);
  await makePrivateFolder(join(root, stackFolder(name)));
  const secrets = await openSecretStore(join(root, secretsFolder(name)));
  await secrets.provide(listSecrets(planServices(name, topology)), given);

  // Its validation would run `terraform version` for each service; `cdktf` and the doctor look at it, and synth needs none.
  const app = new App({ skipValidation: true });
  // Terraform runs in the folder of the stack's output. What it reads from here is told from there, so that the output
  // is the same wherever the project lies.
  const output = join(await realpath(app.outdir), "stacks", name);
  const fromOutput = (path: string) => relative(output, path);
  createDockerStack(app, {
    ...{ name, topology, baseImages, images: settings.images },
    appBuild: buildApp
      ? { context: fromOutput(root), sourceHash: await hashAppSources(root, baseImages.node) }
      : undefined,
    stateFile: fromOutput(join(root, stateFile(name))),
    secretFile: (secret) => fromOutput(secrets.path(secret)),
    fingerprint: secrets.fingerprint,
    outputs: describeStack(name, settings),
  });
  app.synth();
}

main().catch((error: unknown) => {
  process.stderr.write(`gozcu: ${errorMessage(error)}\n`);
  process.exitCode = 1;
});
