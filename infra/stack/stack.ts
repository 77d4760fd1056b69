import { ConfigError, type Environment } from "../../app/config.ts";
import { readChannels } from "../channels.ts";
import { type BaseImageName, baseImages, type ImageName, images } from "../topology/images.ts";
import { type ServiceName, serviceNames } from "../topology/listening.ts";
import { markSecret } from "../topology/secret.ts";
import type { ExternalName, TopologySettings } from "../topology/settings.ts";
import { type Answers, readAnswers, type Values } from "./answers.ts";
import { appSettingNames, foreignSettings } from "./app-settings.ts";
import { findContradictions } from "./contradictions.ts";
import { readPublish, renderLinks } from "./publication.ts";
import { type GivenSecrets, markChannels, readAppSecrets, readGivenSecrets } from "./secrets.ts";
import { readAlertmanagerVersion } from "./values.ts";

/** A stack to deploy. */
export interface Stack {
  readonly name: string;
  readonly topology: TopologySettings;
  readonly baseImages: Readonly<Record<BaseImageName, string>>;
  /** Whether the service's image is built from this repository; else it is taken as it is named. */
  readonly buildApp: boolean;
  /** The secrets that the operator gave; all others are made. */
  readonly given: GivenSecrets;
}

/** What is set when a thing is taken from elsewhere. */
const externalUrls = {
  postgres: "DATABASE_URL",
  redis: "QUEUE_URL",
  comfyui: "COMFYUI_URL",
} as const satisfies Readonly<Record<ExternalName, keyof Values>>;

function mapNames<N extends string, T>(names: readonly N[], read: (name: N) => T): Readonly<Record<N, T>> {
  return Object.fromEntries(names.map((name) => [name, read(name)])) as Readonly<Record<N, T>>;
}

const imageNames = Object.keys(images) as readonly ImageName[];
const baseImageNames = Object.keys(baseImages) as readonly BaseImageName[];
const externalNames = Object.keys(externalUrls) as readonly ExternalName[];

function readDomain(values: Values): Pick<TopologySettings, "domain"> {
  const { domain: name, "acme.email": email, "acme.directory": acmeDirectory } = values;
  if (name === undefined) return {};
  return {
    domain: { name, ...(email !== undefined && { email }), ...(acmeDirectory !== undefined && { acmeDirectory }) },
  };
}

function readRemoteWrite(values: Values): Pick<TopologySettings, "remoteWrite"> {
  const { "remoteWrite.url": url, "remoteWrite.username": username } = values;
  return url === undefined ? {} : { remoteWrite: { url, ...(username !== undefined && { username }) } };
}

function readAppTexts({ texts }: Answers): TopologySettings["app"] {
  const names = appSettingNames.filter((name) => texts.has(name) && !foreignSettings.has(name));
  return mapNames(names, (name) => texts.get(name) ?? "");
}

function composeStack(answers: Answers & { readonly values: Values }): Stack {
  const { values, texts } = answers;
  const publish = readPublish(answers);
  const channels = readChannels(values);
  const chosenImages = mapNames(imageNames, (name) => values[`images.${name}`] ?? images[name].reference);
  const external = externalNames.filter((name) => texts.has(externalUrls[name]));
  return {
    name: values.name,
    baseImages: mapNames(baseImageNames, (name) => values[`images.${name}`]),
    buildApp: values["images.app"] === undefined,
    given: readGivenSecrets(answers, channels),
    topology: {
      ...readDomain(values),
      publish,
      external: new Set(external),
      replicas: { api: values["replicas.api"], worker: values["replicas.worker"] },
      metricsRetention: { days: values["retention.metrics.days"], size: values["retention.metrics.size"] },
      tracesRetentionDays: values["retention.traces.days"],
      ...readRemoteWrite(values),
      memoryMb: mapNames<ServiceName, number>(serviceNames, (name) => values[`memory.${name}`]),
      images: chosenImages,
      channels: markChannels(channels),
      ...(texts.has("DEADMAN_URL") && { deadmanUrl: markSecret("deadman-url") }),
      alertmanagerVersion: readAlertmanagerVersion(chosenImages.alertmanager),
      links: renderLinks(answers, publish),
      app: readAppTexts(answers),
      appSecrets: readAppSecrets(values),
    },
  };
}

/**
 * Reads what is to be deployed: from a file such as `gozcu.yml`, and from the environment, which wins. Secrets come from
 * the environment only, as `NAME` or `NAME_FILE`. Settings of the service that the topology decides are refused in the
 * file; in the environment they are not looked at, as they may be there for `npm start`, or for the shell.
 * @param options.text what stands in the file; nothing when there is none
 * @param options.file its name, for problems
 * @throws ConfigError with every problem, and no secret.
 */
export function readStack(options: { readonly text: string; readonly file: string; readonly env: Environment }): Stack {
  const problems: string[] = [];
  const answers = readAnswers(options, problems);
  problems.push(...findContradictions(answers));
  if (problems.length > 0) throw new ConfigError(problems);
  return composeStack(answers as Answers & { readonly values: Values });
}
