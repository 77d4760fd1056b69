import type { Builder, Dataquery } from "@grafana/grafana-foundation-sdk/cog";
import { type DashboardLink, DashboardLinkType } from "@grafana/grafana-foundation-sdk/dashboard";
import { datasources } from "./datasources.ts";

/** Grafana's Jaeger query: a search, or without a type the trace with the id `query`. */
export type JaegerQuery =
  | { readonly queryType: "search"; readonly service: string; readonly limit: number }
  | { readonly query: string };

/** Grafana puts a value in the place of this: a dashboard's variable, or one of its own, whose names begin with `__`. */
export const placeholder = (name: string) => `\${${name}}`;

/** The traces of the service that is chosen on the dashboard. */
export const tracesOfService = { queryType: "search", service: placeholder("service"), limit: 50 } as const;

export function createJaegerTarget(query: JaegerQuery): Builder<Dataquery> {
  return {
    build: () => ({
      refId: "A",
      datasource: datasources.jaeger,
      ...query,
      _implementsDataqueryVariant() {
        // Only the SDK's types ask for it; it is not in the JSON.
      },
    }),
  };
}

/**
 * A link to Jaeger in Grafana's Explore, over the dashboard's time range. Grafana fills in the
 * placeholders when the link is followed, and would not see them if they were percent-encoded like the rest.
 */
export function renderExploreLink(title: string, query: JaegerQuery): DashboardLink {
  const pane = {
    datasource: datasources.jaeger.uid,
    queries: [{ refId: "A", datasource: datasources.jaeger, ...query }],
    range: { from: placeholder("__from"), to: placeholder("__to") },
  };
  const panes = encodeURIComponent(JSON.stringify({ traces: pane })).replaceAll(
    /%24%7B([\w.]+)%7D/g,
    (_, name: string) => placeholder(name),
  );
  return {
    title,
    type: DashboardLinkType.Link,
    icon: "",
    tooltip: "",
    url: `/explore?schemaVersion=1&panes=${panes}`,
    tags: [],
    asDropdown: false,
    targetBlank: false,
    includeVars: false,
    keepTime: false,
  };
}
