import type { TopologySettings } from "../topology/settings.ts";
import { secretsFolder } from "./folders.ts";

/** What `deploy` tells at its end: where everything is, and where the secrets are. No secret itself. */
export function describeStack(
  name: string,
  { domain, publish, links }: Pick<TopologySettings, "domain" | "publish" | "links">,
): Readonly<Record<string, string>> {
  const secret = (file: string) => `cat ${secretsFolder(name)}/${file}`;
  const reachable = (service: keyof typeof publish) => publish[service] !== undefined;
  const isPublic = domain !== undefined;
  const guarded = reachable("prometheus") || reachable("alertmanager");
  return {
    ...((isPublic || reachable("api")) && { api: links.service, api_key: secret("api-keys") }),
    ...((isPublic || reachable("grafana")) && {
      grafana: links.grafana,
      grafana_password: `${secret("grafana-password")} (user admin)`,
    }),
    ...(reachable("jaeger") && { jaeger: links.jaeger }),
    ...(reachable("prometheus") && { prometheus: links.prometheus }),
    ...(reachable("alertmanager") && { alertmanager: links.alertmanager }),
    ...(guarded && { monitoring_password: `${secret("monitoring-password")} (user gozcu)` }),
    secrets: secretsFolder(name),
  };
}
