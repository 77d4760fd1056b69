import { describe, expect, test } from "@jest/globals";
import { type SettingName, settings } from "../../app/settings.ts";
import { appSettingNames, decidedSettings, secretSettings } from "./app-settings.ts";
import { environmentName, stackPaths } from "./settings.ts";
import { byteSize, domainName, hostAddress, imageReference, stackName } from "./values.ts";

describe("the settings of a stack", () => {
  test("are each called in the environment by one name", () => {
    expect(environmentName("publish.grafana")).toBe("GOZCU_PUBLISH_GRAFANA");
    expect(environmentName("remoteWrite.username")).toBe("GOZCU_REMOTE_WRITE_USERNAME");
    expect(new Set(stackPaths.map(environmentName)).size).toBe(stackPaths.length);
  });

  test("leave no secret of the service to the file", () => {
    const names = Object.keys(settings) as readonly SettingName[];
    const untold = names.filter((name) => "secret" in settings[name] && !Object.hasOwn(decidedSettings, name));
    expect(untold.toSorted()).toEqual(
      Object.keys(secretSettings)
        .filter((name) => name in settings)
        .toSorted(),
    );
    expect(appSettingNames.filter((name) => "secret" in settings[name])).toEqual([]);
  });
});

describe("where something is published", () => {
  test.each([
    ["3001", { address: "127.0.0.1", port: 3001 }],
    ["0.0.0.0:80", { address: "0.0.0.0", port: 80 }],
    ["[::1]:3001", { address: "::1", port: 3001 }],
    ["off", undefined],
  ])("can be %s", (text, address) => {
    expect(hostAddress.parse(text)).toEqual(address);
  });

  test.each(["0", "65536", "localhost:3000", "127.0.0.1", "::1:3000", "[127.0.0.1]:1", "1.2.3:80", ":80", "on"])(
    "cannot be %s",
    (text) => {
      expect(hostAddress.safeParse(text).error?.issues[0]?.message).toMatch(/^must be an address and a port such as/);
    },
  );
});

describe("values of a stack", () => {
  const digest = `@sha256:${"0a".repeat(32)}`;

  test.each(["redis:8.10.2", "host:5000/a/b:v1", `redis${digest}`, `redis:latest${digest}`])(
    "can be the image %s",
    (text) => {
      expect(imageReference.safeParse(text).success).toBe(true);
    },
  );

  test.each(["redis", "redis:latest", "host:5000/redis", "redis@sha256:12", "redis:", "re dis:1", "-v:1"])(
    "cannot be the image %s",
    (text) => {
      expect(imageReference.safeParse(text).success).toBe(false);
    },
  );

  test.each([
    [stackName, "gozcu-2", "-gozcu"],
    [stackName, "a".repeat(40), "a".repeat(41)],
    [domainName, "gozcu.example.com", "https://gozcu.example.com"],
    [domainName, "a.localhost", "10.0.0.1"],
    [byteSize, "512MB", "0GB"],
    [byteSize, "2GB", "2 gigabytes"],
  ])("fit or do not (%#)", (schema, right, wrong) => {
    expect(schema.safeParse(right).success).toBe(true);
    expect(schema.safeParse(wrong).success).toBe(false);
  });
});
