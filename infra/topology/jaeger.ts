import { stringify } from "yaml";
import { publish } from "./publish.ts";
import { defineService } from "./service.ts";
import type { TopologySettings } from "./settings.ts";

const hoursADay = 24;

/** Traces, kept on disk for some days. */
export function defineJaeger(settings: Pick<TopologySettings, "memoryMb" | "tracesRetentionDays" | "publish">) {
  const {
    memoryMb,
    tracesRetentionDays,
    publish: { jaeger: published },
  } = settings;
  return defineService({
    name: "jaeger",
    help: "Jaeger: traces",
    image: "jaeger",
    needs: [],
    networks: published === undefined ? ["back"] : ["front", "back"],
    publish: publish("ui", published),
    memoryMb: memoryMb.jaeger,
    run(_at, place) {
      const endpoint = (port: "ui" | "otlp" | "health") => {
        const { host, port: number } = place.listen(port);
        return { endpoint: `${host}:${number}` };
      };
      const config = {
        service: {
          extensions: ["jaeger_storage", "jaeger_query", "healthcheckv2"],
          pipelines: { traces: { receivers: ["otlp"], processors: ["batch"], exporters: ["jaeger_storage_exporter"] } },
          telemetry: { logs: { level: "info", encoding: "json" }, metrics: { level: "none" } },
        },
        extensions: {
          healthcheckv2: { use_v2: true, http: { ...endpoint("health"), status: { enabled: true, path: "/status" } } },
          jaeger_query: { storage: { traces: "badger" }, http: endpoint("ui") },
          jaeger_storage: {
            backends: {
              badger: {
                badger: {
                  directories: { keys: `${place.data}/keys`, values: `${place.data}/values` },
                  ephemeral: false,
                  ttl: { spans: `${tracesRetentionDays * hoursADay}h` },
                },
              },
            },
          },
        },
        receivers: { otlp: { protocols: { http: endpoint("otlp") } } },
        processors: { batch: {} },
        exporters: { jaeger_storage_exporter: { trace_storage: "badger" } },
      };
      return {
        args: ["--config", `${place.files}/jaeger.yml`],
        // What it holds in memory stays below the limit.
        env: { GOMEMLIMIT: `${Math.floor(memoryMb.jaeger * 0.8)}MiB` },
        files: { "jaeger.yml": stringify(config) },
        health: { url: `http://${place.self("health")}/status` },
      };
    },
  });
}
