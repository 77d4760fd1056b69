import { Container } from "@cdktf/provider-docker/lib/container/index.js";
import type { Image } from "@cdktf/provider-docker/lib/image/index.js";
import { Volume } from "@cdktf/provider-docker/lib/volume/index.js";
import type { TerraformStack } from "cdktf";
import { images } from "../../topology/images.ts";
import type { Files, Service } from "../../topology/service.ts";
import { minimalRights } from "./hardening.ts";
import { dockerNames, labels, type VolumeKind } from "./names.ts";
import { runsOnce } from "./one-shot.ts";
import { renderTerraformText } from "./terraform-text.ts";

const mountPoint = "/volume";

interface VolumeOptions {
  readonly stack: TerraformStack;
  readonly stackName: string;
  readonly service: Service;
  readonly kind: VolumeKind;
  readonly busybox: Image;
}

/**
 * A container that runs once and prepares a volume: takes what is uploaded, deletes what an earlier configuration has left
 * and gives everything to the service's user. Docker takes no upload into a container with a read-only root, so the
 * service itself cannot.
 */
function prepareVolume(options: VolumeOptions, volumeName: string, files: Files): Container {
  const { stack, stackName, service, kind, busybox } = options;
  const { uid, gid } = images[service.image];
  const paths = Object.keys(files).map((name) => `${mountPoint}/${name}`);
  const others = paths.flatMap((path) => ["!", "-path", path]);
  // Without parentheses, which "and" does not need before "or": Busybox forgets to run what it has gathered inside them.
  const leftOver = kind === "data" ? [] : ["-type", "f", ...others, "-exec", "rm", "-f", "{}", "+", "-o"];
  const depth = kind === "data" ? ["-maxdepth", "0"] : [];
  const { readOnly: _, ...rights } = minimalRights;
  return new Container(stack, `${service.name}-${kind}`, {
    name: `${volumeName}-preparation`,
    image: busybox.imageId,
    ...rights,
    capabilities: { drop: ["ALL"], add: ["CAP_CHOWN", "CAP_DAC_OVERRIDE"] },
    networkMode: "none",
    user: "0:0",
    entrypoint: [],
    command: ["find", mountPoint, ...depth, ...leftOver, "-exec", "chown", `${uid}:${gid}`, "{}", "+"],
    ...runsOnce,
    labels: [
      { label: labels.stack, value: stackName },
      { label: labels.service, value: service.name },
    ],
    volumes: [{ volumeName, containerPath: mountPoint }],
    upload: Object.entries(files).map(([name, text]) => ({
      file: `${mountPoint}/${name}`,
      content: renderTerraformText(text),
      permissions: "0400",
    })),
  });
}

/** A volume with files, made anew with the stack. */
export function createFileVolume(options: VolumeOptions & { readonly files: Files }) {
  const { stack, stackName, service, kind, files } = options;
  const volume = new Volume(stack, `${service.name}-${kind}-volume`, {
    name: dockerNames.volume(stackName, service.name, kind),
    labels: [{ label: labels.stack, value: stackName }],
  });
  return { name: volume.name, preparation: prepareVolume(options, volume.name, files) };
}

/**
 * A volume with what a service keeps. Docker makes it when it is first mounted; it is no resource of Terraform's, so
 * `destroy` leaves it.
 */
export function createDataVolume(options: VolumeOptions) {
  const { stackName, service, kind } = options;
  const name = dockerNames.volume(stackName, service.name, kind);
  return { name, preparation: prepareVolume(options, name, {}) };
}
