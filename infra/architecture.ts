import { parse } from "yaml";
import { z } from "zod";
import { images } from "./topology/images.ts";
import { listening, type ServiceName } from "./topology/listening.ts";
import type { Addresses, Place, Service } from "./topology/service.ts";
import type { Topology } from "./topology.ts";

const ScrapeSchema = z.object({
  scrape_configs: z.array(z.object({ static_configs: z.array(z.object({ targets: z.array(z.string()) })) })),
});

const portOf = (service: ServiceName, port: string) =>
  Object.entries(listening[service]).find(([name]) => name === port)?.[1] ?? 0;

/** Each service is reached by its name. */
const addresses: Addresses<ServiceName> = {
  one: (service, port) => `${service}:${portOf(service, port)}`,
  each: (service, port) => [`${service}:${portOf(service, port)}`],
};

const placeOf = ({ name }: Service): Place<ServiceName> => ({
  listen: (port) => ({ host: "0.0.0.0", port: portOf(name, port) }),
  self: (port) => `${name}:${portOf(name, port)}`,
  files: "/files",
  secrets: "/secrets",
  data: "/data",
});

/** The ports that Prometheus asks for metrics, by service, as its own configuration has them. */
function readScrapes(topology: Topology): ReadonlyMap<string, readonly string[]> {
  const configs = topology.flatMap((service) =>
    Object.entries(service.run(addresses, placeOf(service)).liveFiles ?? {})
      .filter(([file]) => file === "prometheus.yml")
      .map(([, text]) => ScrapeSchema.parse(parse(text))),
  );
  const targets = configs
    .flatMap((config) => config.scrape_configs)
    .flatMap((job) => job.static_configs.flatMap((group) => group.targets))
    .map((target) => target.split(":") as [string, string]);
  return new Map(
    [...Map.groupBy(targets, ([service]) => service)].map(([service, of]) => [service, of.map(([, port]) => port)]),
  );
}

/** A text between quotes, as Mermaid reads it. */
const quote = (text: string) => `"${text.replaceAll('"', "#quot;")}"`;

/** A cylinder for what keeps data, a box for what does not. */
function renderNode({ name, help, image }: Service): string {
  const label = quote(`<b>${name}</b><br>${help.replace(/^\w+: /, "")}`);
  return "data" in images[image] ? `${name}[(${label})]` : `${name}[${label}]`;
}

/** A network and what is on it; nothing for one that is empty. */
function renderNetwork(id: string, title: string, services: Topology): readonly string[] {
  if (services.length === 0) return [];
  return [`  subgraph ${id} [${quote(title)}]`, ...services.map((service) => `    ${renderNode(service)}`), "  end"];
}

/** Who may address whom; Prometheus does it to ask for metrics. */
function renderNeeds({ name, needs }: Service, scrapes: ReadonlyMap<string, readonly string[]>): readonly string[] {
  return needs.map((need) => {
    const ports = name === "prometheus" ? scrapes.get(need) : undefined;
    return ports === undefined
      ? `  ${name} --> ${need}`
      : `  ${name} -. ${quote(`scrapes ${ports.map((port) => `:${port}`).join(", ")}`)} .-> ${need}`;
  });
}

function renderPublications({ name, publish }: Service): readonly string[] {
  if (publish.length === 0) return [];
  const ports = publish.map(({ address, hostPort }) => `${address}:${hostPort}`);
  return [`  people -- ${quote(ports.join("<br>"))} --> ${name}`];
}

/** The services of a topology as a Mermaid flowchart: networks, who addresses whom, who is scraped, what is published. */
export function renderArchitecture(topology: Topology): string {
  const scrapes = readScrapes(topology);
  const reachesWorld = ({ networks }: Service) => networks.includes("front");
  const lines = [
    "flowchart LR",
    "  people([people])",
    ...renderNetwork("front", "networks front and back: may reach the world", topology.filter(reachesWorld)),
    ...renderNetwork(
      "back",
      "network back alone: nothing of the world",
      topology.filter((service) => !reachesWorld(service)),
    ),
    ...topology.flatMap(renderPublications),
    ...topology.flatMap((service) => renderNeeds(service, scrapes)),
  ];
  return ["```mermaid", ...lines, "```"].join("\n");
}
