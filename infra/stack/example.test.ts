import { describe, expect, test } from "@jest/globals";
import { appSettingNames, secretSettingNames } from "./app-settings.ts";
import { renderStackExample } from "./example.ts";
import { stackPaths } from "./settings.ts";
import { readTestStack } from "./test-stack.ts";

const text = renderStackExample();
const lines = text.split("\n");
/** A line that sets something, switched off. */
const isSetting = (line: string) => /^ *#\w+:/.test(line);
const switchOn = (line: string) => (isSetting(line) ? line.replace("#", "") : line);

describe("gozcu.example.yml", () => {
  test("sets nothing as it is", () => {
    expect(readTestStack(text)).toEqual(readTestStack());
  });

  test("has a line for every setting, and names every secret", () => {
    expect(lines.filter(isSetting)).toHaveLength(stackPaths.length + appSettingNames.length);
    for (const name of secretSettingNames) expect(lines).toContain(`#   ${name}`);
  });

  test.each(lines.filter(isSetting).map((line) => line.trim()))("means the default with only %s", (line) => {
    const index = lines.findIndex((each) => each.trim() === line);
    const { topology, ...rest } = readTestStack(
      lines.map((each, i) => (i === index ? switchOn(each) : each)).join("\n"),
    );
    const usual = readTestStack();
    expect({ ...topology, app: {} }).toEqual(usual.topology);
    expect(rest).toEqual({ name: usual.name, baseImages: usual.baseImages, buildApp: true, given: {} });
  });

  test("means the defaults with every line switched on", () => {
    const { topology } = readTestStack(lines.map(switchOn).join("\n"));
    expect({ ...topology, app: {} }).toEqual(readTestStack().topology);
    expect(topology.app).toMatchObject({ LOG_LEVEL: "info", OTEL_SERVICE_NAME: "gozcu" });
  });
});
