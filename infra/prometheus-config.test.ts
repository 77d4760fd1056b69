import { describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { renderPrometheusConfig } from "./prometheus-config.ts";

describe("Prometheus' configuration", () => {
  test("has a job for each target with its own interval", () => {
    const text = renderPrometheusConfig([
      { job: "dashboard", intervalSeconds: 15, address: "127.0.0.1:3000" },
      { job: "gozcu-otel", intervalSeconds: 10, address: "127.0.0.1:9464" },
    ]);
    expect(parse(text)).toEqual({
      scrape_configs: [
        { job_name: "dashboard", scrape_interval: "15s", static_configs: [{ targets: ["127.0.0.1:3000"] }] },
        { job_name: "gozcu-otel", scrape_interval: "10s", static_configs: [{ targets: ["127.0.0.1:9464"] }] },
      ],
    });
  });

  test.each([900, 121, 0, -1])("refuses an interval of %d s and says why", (intervalSeconds) => {
    expect(() => renderPrometheusConfig([{ job: "dashboard", intervalSeconds, address: "x:1" }])).toThrow(
      /dashboard is scraped every .* s, and 1 to 120 s are allowed: Prometheus forgets a sample after 300 s/,
    );
  });
});
