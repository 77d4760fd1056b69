import { grafanaPath } from "./grafana.ts";
import { defineService } from "./service.ts";
import type { Domain, TopologySettings } from "./settings.ts";

/** Ports of the host: what a browser asks for, and what the certificate authority looks at. */
export const worldPorts = { http: 80, https: 443 } as const;

const healthPath = "/health";

/** Lines of a Caddyfile, indented. */
function block(head: string, lines: readonly string[]): readonly string[] {
  return [`${head} {`, ...lines.map((line) => `\t${line}`), "}"];
}

/** HTTPS for the API, the status page and Grafana. */
export function defineCaddy(domain: Domain, { memoryMb }: Pick<TopologySettings, "memoryMb">) {
  return defineService({
    name: "caddy",
    help: "Caddy: HTTPS for the API, the status page and Grafana",
    image: "caddy",
    needs: ["api", "grafana"],
    networks: ["front", "back"],
    publish: [
      { port: "http", address: "0.0.0.0", hostPort: worldPorts.http },
      { port: "https", address: "0.0.0.0", hostPort: worldPorts.https },
    ],
    memoryMb: memoryMb.caddy,
    // The program carries it as a capability of its file, and does not start where it is not allowed.
    capabilities: ["CAP_NET_BIND_SERVICE"],
    run(at, place) {
      const health = place.listen("health");
      const upstreams = at.each("api", "http").join(" ");
      const lines = [
        ...block("", [
          "admin off",
          // Its UDP port is not published.
          ...block("servers", ["protocols h1 h2"]),
          `http_port ${place.listen("http").port}`,
          `https_port ${place.listen("https").port}`,
          ...(domain.email === undefined ? [] : [`email ${domain.email}`]),
          ...(domain.acmeDirectory === undefined ? [] : [`acme_ca ${domain.acmeDirectory}`]),
          ...block("log", ["output stdout", "format json"]),
        ]),
        ...block(domain.name, [
          "encode zstd gzip",
          'header Strict-Transport-Security "max-age=31536000"',
          // For Prometheus and Alertmanager, which ask without a detour.
          ...block("@inside", ["path /metrics*"]),
          ...block("@reports", ["path /api/alerts*", "method POST"]),
          ...block("handle @inside", ["respond 404"]),
          ...block("handle @reports", ["respond 404"]),
          ...block(`handle ${grafanaPath}*`, [`reverse_proxy ${at.one("grafana", "http")}`]),
          ...block(
            "handle",
            block(`reverse_proxy ${upstreams}`, ["lb_policy least_conn", "health_uri /livez", "health_interval 5s"]),
          ),
        ]),
        ...block(`http://:${health.port}`, [`respond ${healthPath} 200`]),
      ];
      return {
        args: ["caddy", "run", "--adapter", "caddyfile", "--config", `${place.files}/Caddyfile`],
        env: { XDG_DATA_HOME: place.data, XDG_CONFIG_HOME: "/config" },
        files: { Caddyfile: `${lines.join("\n").trimStart()}\n` },
        health: { url: `http://${place.self("health")}${healthPath}` },
      };
    },
  });
}
