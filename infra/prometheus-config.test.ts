import { describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { renderPrometheusConfig } from "./prometheus-config.ts";

const api = { job: "dashboard", address: "127.0.0.1:3000", role: "api" } as const;

describe("Prometheus' configuration", () => {
  test("has each job once with its own interval, and all of its targets", () => {
    const otel = { job: "gozcu-otel", role: "api", address: "127.0.0.1:9464" } as const;
    const worker = { ...otel, role: "worker", address: "127.0.0.1:9465" } as const;
    expect(parse(renderPrometheusConfig({ targets: [otel, api, worker] }))).toEqual({
      global: { evaluation_interval: "15s" },
      scrape_configs: [
        {
          job_name: "gozcu-otel",
          scrape_interval: "10s",
          static_configs: [
            { targets: ["127.0.0.1:9464"], labels: { role: "api" } },
            { targets: ["127.0.0.1:9465"], labels: { role: "worker" } },
          ],
        },
        {
          job_name: "dashboard",
          scrape_interval: "15s",
          static_configs: [{ targets: ["127.0.0.1:3000"], labels: { role: "api" } }],
        },
      ],
    });
  });

  test("names the rules and the Alertmanager where there are any", () => {
    const text = renderPrometheusConfig({ targets: [], ruleFiles: ["rules.yml"], alertmanager: "127.0.0.1:9093" });
    expect(parse(text)).toMatchObject({
      rule_files: ["rules.yml"],
      alerting: { alertmanagers: [{ static_configs: [{ targets: ["127.0.0.1:9093"] }] }] },
    });
  });

  test.each([900, 121, 0, -1])("refuses an interval of %d s and says why", (intervalSeconds) => {
    expect(() => renderPrometheusConfig({ targets: [api], intervalSeconds })).toThrow(
      /dashboard is scraped every .* s, and 1 to 120 s are allowed: Prometheus forgets a sample after 300 s/,
    );
  });
});
