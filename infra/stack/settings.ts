import { z } from "zod";
import { monitoring } from "../../app/catalogue/monitoring.ts";
import { ports } from "../../app/catalogue/ports.ts";
import { isWithoutUser, openUrlWith, type SettingRow, urlWith } from "../../app/setting-row.ts";
import { type BaseImageName, baseImages, type ImageName, images } from "../topology/images.ts";
import { type ServiceName, serviceNames } from "../topology/listening.ts";
import { type PublishedName, usualMemoryMb } from "../topology/settings.ts";
import { byteSize, domainName, hostAddress, imageReference, stackName, wholeNumber } from "./values.ts";

/** A setting that is taken by default as the text it would be typed as. */
function usually<S extends z.ZodType<unknown, string>>(text: string, schema: S, meaning: string) {
  return { schema: schema.prefault(text as z.input<S>), default: text, meaning } satisfies SettingRow;
}

function optional<S extends z.ZodType<unknown, string>>(otherwise: string, schema: S, meaning: string) {
  return { schema: schema.optional(), default: otherwise, meaning } satisfies SettingRow;
}

const local = (port: number) => `127.0.0.1:${port}`;
const replicas = wholeNumber(1, 16);
const days = wholeNumber(1, 3_650);

/** Below this part of what it usually may take, a service does not get far. */
const leastMemoryShare = 1 / 4;
const mostMemoryMb = 1_024 * 1_024;

type MemoryRows = { readonly [S in ServiceName as `memory.${S}`]: ReturnType<typeof memoryRow> };
type ImageRows = {
  readonly [I in Exclude<ImageName, "app"> | BaseImageName as `images.${I}`]: ReturnType<typeof imageRow>;
};

function memoryRow(name: ServiceName) {
  const usual = usualMemoryMb[name];
  const schema = wholeNumber(usual * leastMemoryShare, mostMemoryMb);
  return usually(String(usual), schema, `what each container of ${name} may take of memory, in MiB`);
}

function imageRow(name: string, reference: string) {
  return usually(reference, imageReference, `the image of ${name}, with its version`);
}

const memoryRows = Object.fromEntries(serviceNames.map((name) => [`memory.${name}`, memoryRow(name)])) as MemoryRows;

const { app: _built, ...pulled } = images;
const references = {
  ...Object.fromEntries(Object.entries(pulled).map(([name, { reference }]) => [name, reference])),
  ...baseImages,
};
const imageRows = Object.fromEntries(
  Object.entries(references).map(([name, reference]) => [`images.${name}`, imageRow(name, reference)]),
) as ImageRows;

const publishRows = {
  "publish.api": usually(
    local(ports.api),
    hostAddress,
    "where the API is published: `address:port`, a port alone for 127.0.0.1, or `off`; several replicas are reached by the domain instead",
  ),
  "publish.grafana": usually(local(ports.grafana), hostAddress, "where Grafana is published"),
  "publish.jaeger": usually(local(ports.jaeger), hostAddress, "where Jaeger is published; it asks for no password"),
  "publish.prometheus": usually(
    "off",
    hostAddress,
    "where Prometheus is published; it asks for a password then, and takes results of k6",
  ),
  "publish.alertmanager": usually("off", hostAddress, "where Alertmanager is published; it asks for a password then"),
} as const satisfies { readonly [S in PublishedName as `publish.${S}`]: SettingRow };

/** What is decided about a deployed stack, by the path in `gozcu.yml`. */
export const stackSettings = {
  name: usually(
    "gozcu",
    stackName,
    "what everything of the stack is called on the Docker host, and its folder in `.gozcu/stacks`",
  ),
  domain: optional(
    "no HTTPS",
    domainName,
    "the name, such as gozcu.example.com, under which Caddy serves API, status page and Grafana by HTTPS, on ports 80 and 443 of all addresses",
  ),
  "acme.email": optional("none", z.email("must be an e-mail address"), "whom the certificate authority writes to"),
  "acme.directory": optional(
    "Caddy's own choice",
    openUrlWith("https"),
    "the ACME directory of another certificate authority",
  ),
  ...publishRows,
  "replicas.api": usually("1", replicas, "how many containers run the API"),
  "replicas.worker": usually("1", replicas, "how many containers run workers"),
  "retention.metrics.days": usually(
    String(monitoring.retentionDays),
    days,
    "how long Prometheus keeps samples, in days",
  ),
  "retention.metrics.size": usually(
    monitoring.retentionSize,
    byteSize,
    "how much of them it keeps at most; whichever comes first",
  ),
  "retention.traces.days": usually("7", days, "how long Jaeger keeps traces, in days"),
  "remoteWrite.url": optional(
    "off",
    urlWith("https", "http").refine(
      isWithoutUser,
      "must not carry a user name or a password: they are remoteWrite.username and REMOTE_WRITE_PASSWORD",
    ),
    "`https://…`: the storage that Prometheus also writes its samples to",
  ),
  "remoteWrite.username": optional(
    "none",
    z.string(),
    "who Prometheus is to that storage; its password is the secret `REMOTE_WRITE_PASSWORD`",
  ),
  ...memoryRows,
  ...imageRows,
  "images.app": optional("built here, on images.node", imageReference, "the image of the service itself"),
} as const satisfies Readonly<Record<string, SettingRow>>;

export type StackPath = keyof typeof stackSettings;
export type StackValues = { readonly [P in StackPath]: z.infer<(typeof stackSettings)[P]["schema"]> };

export const stackPaths = Object.keys(stackSettings) as readonly StackPath[];

/** What a setting is called in the environment: `remoteWrite.url` is `GOZCU_REMOTE_WRITE_URL`. */
export function environmentName(path: StackPath): string {
  const words = path.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).replaceAll(".", "_");
  return `GOZCU_${words.toUpperCase()}`;
}
