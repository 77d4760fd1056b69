import type { Container } from "@cdktf/provider-docker/lib/container/index.js";
import { Image } from "@cdktf/provider-docker/lib/image/index.js";
import { Network } from "@cdktf/provider-docker/lib/network/index.js";
import { DockerProvider } from "@cdktf/provider-docker/lib/provider/index.js";
import { type App, LocalBackend, TerraformLocal, TerraformOutput, TerraformStack } from "cdktf";
import type { BaseImageName, ImageName } from "../../topology/images.ts";
import type { ServiceName } from "../../topology/listening.ts";
import { replaceSecrets, type SecretName } from "../../topology/secret.ts";
import type { NetworkName } from "../../topology/service.ts";
import type { Topology } from "../../topology.ts";
import { dockerNames, labels } from "./names.ts";
import { type PlannedService, planServices } from "./plan.ts";
import { createServiceContainers } from "./service-containers.ts";
import { renderTerraformText, secretLocal } from "./terraform-text.ts";

/** How the image of the service itself is made; without it the image is taken as it is named. */
export interface AppBuild {
  /** The folder with the Dockerfile, relative to where Terraform runs. */
  readonly context: string;
  /** Of everything that enters the image. */
  readonly sourceHash: string;
}

export interface DockerStackOptions {
  readonly name: string;
  readonly topology: Topology;
  readonly images: Readonly<Record<ImageName, string>>;
  readonly baseImages: Readonly<Record<BaseImageName, string>>;
  readonly appBuild: AppBuild | undefined;
  /** Where Terraform keeps what it knows; it holds secrets. Relative to where Terraform runs. */
  readonly stateFile: string;
  /** The file with a secret, relative to where Terraform runs. */
  readonly secretFile: (name: SecretName) => string;
  /** Tells texts apart without telling what they say. */
  readonly fingerprint: (text: string) => string;
  /** What `deploy` tells at its end, by name. */
  readonly outputs: Readonly<Record<string, string>>;
}

/** The secrets that stand anywhere in the plan. */
export function listSecrets(planned: readonly PlannedService[]): readonly SecretName[] {
  const names = new Set<SecretName>();
  for (const { run } of planned)
    for (const text of Object.values(run.secretFiles ?? {})) replaceSecrets(text, (name) => names.add(name) && "");
  return [...names].toSorted();
}

/** What must hold no secret: everybody who may use Docker can read it. */
function checkNothingTold(planned: readonly PlannedService[]): void {
  for (const { service, run } of planned) {
    const told = JSON.stringify([run.args, run.env, run.files, run.liveFiles, run.health]);
    replaceSecrets(told, (name) => {
      throw new Error(`${service.name} would show the secret ${name}: it may stand in secretFiles only`);
    });
  }
}

function createAppImage(stack: TerraformStack, options: DockerStackOptions): Image {
  const { name, images, baseImages, appBuild } = options;
  if (appBuild === undefined) return new Image(stack, "image-app", { name: images.app, keepLocally: true });
  const { context, sourceHash } = appBuild;
  return new Image(stack, "image-app", {
    // Other sources are another image.
    name: `${name}-app:${sourceHash.slice(0, 12)}`,
    buildAttribute: { context, buildArgs: { NODE_IMAGE: baseImages.node }, remove: true, forceRemove: true },
    // The old one is in use until its containers are replaced.
    lifecycle: { createBeforeDestroy: true },
  });
}

function createImages(stack: TerraformStack, options: DockerStackOptions): (name: ImageName) => Image {
  const made = new Map<ImageName, Image>();
  return (name) => {
    const image =
      made.get(name) ??
      (name === "app"
        ? createAppImage(stack, options)
        : new Image(stack, `image-${name}`, { name: options.images[name], keepLocally: true }));
    made.set(name, image);
    return image;
  };
}

/** Networks: from `back` nothing reaches the world. */
function createNetworks(stack: TerraformStack, name: string): Readonly<Record<NetworkName, Network>> {
  const create = (network: NetworkName, internal: boolean) =>
    new Network(stack, `network-${network}`, {
      name: dockerNames.network(name, network),
      driver: "bridge",
      internal,
      labels: [{ label: labels.stack, value: name }],
    });
  return { front: create("front", false), back: create("back", true) };
}

/** A stack on a Docker host, as Terraform's resources. */
export function createDockerStack(app: App, options: DockerStackOptions): TerraformStack {
  const { name, topology, baseImages, fingerprint, secretFile } = options;
  const planned = planServices(name, topology);
  checkNothingTold(planned);
  const stack = new TerraformStack(app, name);
  new LocalBackend(stack, { path: options.stateFile });
  new DockerProvider(stack, "docker");
  for (const secret of listSecrets(planned)) {
    const file = JSON.stringify(secretFile(secret));
    new TerraformLocal(stack, secretLocal(secret), `\${sensitive(trimspace(file(${file})))}`);
  }
  const imageOf = createImages(stack, options);
  const busybox = new Image(stack, "image-busybox", { name: baseImages.busybox, keepLocally: true });
  const networks = createNetworks(stack, name);
  const created = new Map<ServiceName, readonly Container[]>();
  for (const each of planned) {
    const { name: serviceName, image, needs } = each.service;
    const containers = createServiceContainers({
      ...{ stack, stackName: name, planned: each, busybox, networks, fingerprint },
      image: imageOf(image),
      needs: needs.flatMap((need) => created.get(need) ?? []),
    });
    created.set(serviceName, containers);
  }
  for (const [output, value] of Object.entries(options.outputs))
    new TerraformOutput(stack, output, { value: renderTerraformText(value) });
  return stack;
}
