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

  test("shows a password to the jobs, the Alertmanager and the storage that ask for one", () => {
    const credentials = { username: "gozcu", passwordFile: "/secrets/password" };
    const basic_auth = { username: "gozcu", password_file: "/secrets/password" };
    const text = renderPrometheusConfig({
      targets: [api, { job: "alertmanager", address: "127.0.0.1:9093", role: "stack" }],
      alertmanager: "127.0.0.1:9093",
      credentials: { alertmanager: credentials },
      remoteWrite: { url: "https://metrics.example/write", credentials },
    });
    expect(parse(text)).toEqual({
      global: expect.anything(),
      alerting: { alertmanagers: [{ basic_auth, static_configs: [{ targets: ["127.0.0.1:9093"] }] }] },
      remote_write: [{ url: "https://metrics.example/write", basic_auth }],
      scrape_configs: [
        expect.not.objectContaining({ basic_auth }),
        expect.objectContaining({ job_name: "alertmanager", basic_auth }),
      ],
    });
  });

  test("sends samples on without a password where none is asked for", () => {
    const text = renderPrometheusConfig({ targets: [], remoteWrite: { url: "https://metrics.example/write" } });
    expect(parse(text)).toMatchObject({ remote_write: [{ url: "https://metrics.example/write" }] });
    expect(text).not.toContain("basic_auth");
  });

  test.each([900, 121, 0, -1])("refuses an interval of %d s and says why", (intervalSeconds) => {
    expect(() => renderPrometheusConfig({ targets: [api], intervalSeconds })).toThrow(
      /dashboard is scraped every .* s, and 1 to 120 s are allowed: Prometheus forgets a sample after 300 s/,
    );
  });
});
