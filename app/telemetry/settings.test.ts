import { describe, expect, test } from "@jest/globals";
import { parseTelemetrySettings, readTelemetrySettings, telemetrySettings } from "./settings.ts";

describe("the telemetry settings", () => {
  test("have the documented defaults, also where a variable is set but empty", () => {
    expect(readTelemetrySettings({ OTEL_SERVICE_NAME: "" })).toMatchObject({
      NODE_ENV: "production",
      OTEL_SERVICE_NAME: "gozcu",
      OTEL_EXPORTER_PROMETHEUS_PORT: 9464,
      OTEL_EXPORTER_PROMETHEUS_HOST: "127.0.0.1",
      OTEL_TRACES_SAMPLER: "parentbased_always_on",
      ENABLE_TRACING: true,
      ENABLE_PROFILING: false,
    });
    expect(readTelemetrySettings({}).OTEL_EXPORTER_OTLP_ENDPOINT).toBeUndefined();
  });

  test("are documented with the default that is used", () => {
    for (const row of Object.values(telemetrySettings)) {
      const used = row.schema.parse(undefined);
      if (used !== undefined) expect(row.default).toBe(`${used}`);
    }
  });

  test.each([
    ["true", true],
    ["1", true],
    ["false", false],
    ["0", false],
  ])("read the flag %p as %p", (text, value) => {
    expect(readTelemetrySettings({ ENABLE_PROFILING: text }).ENABLE_PROFILING).toBe(value);
  });

  test("take port 0, a ratio and an endpoint", () => {
    const env = {
      OTEL_EXPORTER_PROMETHEUS_PORT: "0",
      OTEL_TRACES_SAMPLER_ARG: "0.1",
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://jaeger:4318",
    };
    expect(readTelemetrySettings(env)).toMatchObject({
      OTEL_EXPORTER_PROMETHEUS_PORT: 0,
      OTEL_TRACES_SAMPLER_ARG: 0.1,
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://jaeger:4318",
    });
  });

  const wrong = {
    OTEL_EXPORTER_PROMETHEUS_PORT: "70000",
    OTEL_EXPORTER_OTLP_ENDPOINT: "jaeger:4318",
    OTEL_TRACES_EXPORTER: "zipkin",
    OTEL_TRACES_SAMPLER: "sometimes",
    OTEL_TRACES_SAMPLER_ARG: "2",
    ENABLE_TRACING: "maybe",
  };

  test("are refused with all problems at once, each with its value and what is allowed", () => {
    expect(() => readTelemetrySettings(wrong)).toThrow(
      /_PORT must be a whole number from 0 to 65535 \(is "70000"\).*_EXPORTER must be otlp, console or none.*_ENDPOINT must be http:.*_SAMPLER must be one of always_on,.*_ARG must be a ratio.*ENABLE_TRACING must be true, false/s,
    );
  });

  test("fall back to the defaults for a host that must not fail", () => {
    const { settings, problems } = parseTelemetrySettings({ ...wrong, OTEL_SERVICE_NAME: "renderer" });
    expect(problems).toHaveLength(6);
    expect(settings).toEqual({ ...readTelemetrySettings({}), OTEL_SERVICE_NAME: "renderer" });
  });
});
