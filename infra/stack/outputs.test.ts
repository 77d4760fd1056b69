import { describe, expect, test } from "@jest/globals";
import { describeStack } from "./outputs.ts";
import { readTestStack } from "./test-stack.ts";

function describeText(text: string) {
  const { name, topology } = readTestStack(text);
  return describeStack(name, topology);
}

const secrets = ".gozcu/stacks/gozcu/secrets";

describe("what deploy tells at its end", () => {
  test("is where everything is, and which file holds what one is asked for there", () => {
    expect(describeText("")).toEqual({
      api: "http://127.0.0.1:3000",
      api_key: `cat ${secrets}/api-keys`,
      grafana: "http://127.0.0.1:3001",
      grafana_password: `cat ${secrets}/grafana-password # of admin`,
      jaeger: "http://127.0.0.1:16686",
      secrets,
    });
  });

  test("names the domain where there is one, and the folder of the stack's own name", () => {
    expect(describeText("name: lookout\ndomain: gozcu.example.com\npublish: { jaeger: off }")).toEqual({
      api: "https://gozcu.example.com",
      api_key: "cat .gozcu/stacks/lookout/secrets/api-keys",
      grafana: "https://gozcu.example.com/grafana",
      grafana_password: "cat .gozcu/stacks/lookout/secrets/grafana-password # of admin",
      secrets: ".gozcu/stacks/lookout/secrets",
    });
  });

  test("leaves out what is not published", () => {
    expect(describeText("publish: { api: off, grafana: off, jaeger: off }")).toEqual({ secrets });
  });

  test.each(["prometheus", "alertmanager"])("names %s with its password where it is published", (service) => {
    expect(describeText(`publish: { ${service}: 9999 }`)).toMatchObject({
      [service]: "http://127.0.0.1:9999",
      monitoring_password: `cat ${secrets}/monitoring-password # of gozcu`,
    });
  });
});
