import type { Links } from "../../alerts/alert-rules.ts";
import { links } from "../../app/catalogue/links.ts";
import { grafanaPath } from "../topology/grafana.ts";
import { type HostAddress, type PublishedName, publishedPorts, type TopologySettings } from "../topology/settings.ts";
import type { Answers } from "./answers.ts";

export const publishedNames = Object.keys(publishedPorts) as readonly PublishedName[];

/** Every address of a family. */
export const everywhere: readonly string[] = ["0.0.0.0", "::"];

/** Where each page is published. Replicas of the API cannot share a port: with a domain, that reaches them. */
export function readPublish({ values, texts }: Answers): TopologySettings["publish"] {
  const shared = (values["replicas.api"] ?? 1) > 1 && texts.has("domain") && !texts.has("publish.api");
  const chosen = publishedNames.map((name) => [name, values[`publish.${name}`]] as const);
  return Object.fromEntries(
    chosen.filter(([name, address]) => address !== undefined && !(name === "api" && shared)),
  ) as TopologySettings["publish"];
}

function renderUrl({ address, port }: HostAddress): string {
  const host = everywhere.includes(address) ? "localhost" : address;
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** Where people find each page; for one that is not published, where it would be by itself. */
export function renderLinks({ values, texts }: Answers, publish: TopologySettings["publish"]): Links {
  const linkTo = (name: PublishedName, otherwise: string) => {
    const address = publish[name];
    return address === undefined ? otherwise : renderUrl(address);
  };
  const { domain, PUBLIC_URL, GRAFANA_URL } = values;
  const published = {
    service: PUBLIC_URL ?? linkTo("api", links.service),
    // Not set, it is the address that Grafana has beside `npm start`.
    grafana: (texts.has("GRAFANA_URL") ? GRAFANA_URL : undefined) ?? linkTo("grafana", links.grafana),
    prometheus: linkTo("prometheus", links.prometheus),
    alertmanager: linkTo("alertmanager", links.alertmanager),
    jaeger: linkTo("jaeger", links.jaeger),
  };
  if (domain === undefined) return published;
  return { ...published, service: `https://${domain}`, grafana: `https://${domain}${grafanaPath}` };
}
