import { grafanaUser } from "../topology/grafana.ts";
import { guardUser } from "../topology/guard.ts";
import type { TopologySettings } from "../topology/settings.ts";
import { secretsFolder } from "./folders.ts";

/** What `deploy` tells at its end: where everything is, and where the secrets are. No secret itself. */
export function describeStack(
  name: string,
  { domain, publish, links }: Pick<TopologySettings, "domain" | "publish" | "links">,
): Readonly<Record<string, string>> {
  /** A command that shows a secret; behind it who it is for. */
  const secret = (file: string, user?: string) =>
    `cat ${secretsFolder(name)}/${file}${user === undefined ? "" : ` # of ${user}`}`;
  const reachable = (service: keyof typeof publish) => publish[service] !== undefined;
  const isPublic = domain !== undefined;
  const guarded = reachable("prometheus") || reachable("alertmanager");
  return {
    ...((isPublic || reachable("api")) && { api: links.service, api_key: secret("api-keys") }),
    ...((isPublic || reachable("grafana")) && {
      grafana: links.grafana,
      grafana_password: secret("grafana-password", grafanaUser),
    }),
    ...(reachable("jaeger") && { jaeger: links.jaeger }),
    ...(reachable("prometheus") && { prometheus: links.prometheus }),
    ...(reachable("alertmanager") && { alertmanager: links.alertmanager }),
    ...(guarded && { monitoring_password: secret("monitoring-password", guardUser) }),
    secrets: secretsFolder(name),
  };
}
