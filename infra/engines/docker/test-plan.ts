import type { ImageName } from "../../topology/images.ts";
import { listening, type ServiceName, serviceNames } from "../../topology/listening.ts";
import { markSecret, type SecretName } from "../../topology/secret.ts";
import type { Files, Health } from "../../topology/service.ts";
import type { Topology } from "../../topology.ts";
import type { EnginePlan, PlannedService } from "../contract.ts";
import { labels } from "./names.ts";
import { type SynthesisedContainer, synthesise } from "./test-synthesis.ts";

type Volume = SynthesisedContainer["volumes"][number];

/** The other way round than `renderTerraformText`. */
function readTerraformText(text: string): string {
  return text.replaceAll(/\$\{local\.secret_(\w+)\}|([$%])\2\{/g, (_, secret?: string, sign?: string) =>
    secret === undefined ? `${sign}{` : markSecret(secret.replaceAll("_", "-") as SecretName),
  );
}

/** What a container finds in a volume: what those before it have uploaded there. */
function readVolume({ volume_name, container_path }: Volume, before: readonly SynthesisedContainer[]): Files {
  const uploads = before.flatMap(({ volumes, upload }) =>
    volumes
      .filter((volume) => volume.volume_name === volume_name)
      .flatMap((volume) =>
        upload.map(({ file, content }) => [file.replace(volume.container_path, container_path), content] as const),
      ),
  );
  return Object.fromEntries(uploads.map(([path, content]) => [path, readTerraformText(content)]));
}

function readHealth({ healthcheck }: SynthesisedContainer): Health {
  const [, ...command] = (healthcheck?.test ?? []).map(readTerraformText);
  const url = command.at(-1);
  return url?.startsWith("http://") ? { url } : { command };
}

function readVariables({ env }: SynthesisedContainer): Readonly<Record<string, string>> {
  return Object.fromEntries(
    env.map(readTerraformText).map((line) => {
      const [name = "", ...rest] = line.split("=");
      return [name, rest.join("=")];
    }),
  );
}

/** The replicas of a service; what only prepares or tells it something is none. */
function isReplica(service: ServiceName, { healthcheck, labels: all }: SynthesisedContainer): boolean {
  return healthcheck !== undefined && all.get(labels.service) === service;
}

/** For tests: what Docker is to run, as it is read from what is written for Terraform. */
export function planSynthesised(topology: Topology, images: Readonly<Record<ImageName, string>>): EnginePlan {
  const { docker_container: containers } = synthesise({ topology, images }).resource;
  const all = Object.values(containers);

  /** What is there before a container is, because it waits for it or for something that does. */
  function listBefore({ depends_on }: SynthesisedContainer): readonly SynthesisedContainer[] {
    const direct = depends_on.flatMap((id) => containers[id] ?? []);
    return [...new Set(direct.flatMap((one) => [one, ...listBefore(one)]))];
  }

  function readService(name: ServiceName): readonly PlannedService[] {
    const replicas = all.filter((container) => isReplica(name, container));
    const [first] = replicas;
    if (first === undefined) return [];
    const before = listBefore(first);
    const isBefore = (other: ServiceName) => {
      const waitedFor = all.filter((container) => isReplica(other, container));
      return waitedFor.length > 0 && waitedFor.every((container) => before.includes(container));
    };
    const volumes = first.volumes.filter(({ read_only }) => read_only);
    const filesOf = (wanted: (volume: Volume) => boolean) =>
      Object.assign({}, ...volumes.filter(wanted).map((volume) => readVolume(volume, before)));
    const isSecret = ({ volume_name }: Volume) => volume_name.endsWith("-secrets");
    const aliases = replicas.flatMap(({ networks_advanced }) =>
      networks_advanced.flatMap((network) => network.aliases),
    );
    return [
      {
        name,
        after: serviceNames.filter(isBefore),
        runs: { image: first.image },
        args: first.command.map(readTerraformText),
        env: readVariables(first),
        files: filesOf((volume) => !isSecret(volume)),
        secretFiles: filesOf(isSecret),
        folders: volumes.map(({ container_path }) => container_path),
        health: readHealth(first),
        hosts: [...new Set([...replicas.map((replica) => replica.name), ...aliases])],
        ports: Object.values(listening[name]),
      },
    ];
  }
  // What waits for another waits for all that this one waits for.
  return serviceNames.flatMap(readService).toSorted((a, b) => a.after.length - b.after.length);
}
