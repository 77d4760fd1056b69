import { expect, test } from "@jest/globals";
import { type AssetName, assetPaths, readAssets } from "./assets.ts";

const names = Object.keys(assetPaths) as readonly AssetName[];
const assets = readAssets();

test.each(names)("%s is found under its address, and under that of no other build", (name) => {
  const [, , build = "", file = ""] = assets.url(name).split("/");
  expect([build, file]).toEqual([assets.build, name]);
  expect(assets.find(build, file)?.content.length).toBeGreaterThan(0);
  expect(assets.find("AAAAAAAAAAAA", file)).toBeUndefined();
});

test.each(["../live.ts", "live.ts", "constructor", "__proto__", ""])("nothing else is found (%j)", (file) => {
  expect(assets.find(assets.build, file)).toBeUndefined();
});

test("what is in them makes their address, which is therefore the same each time", () => {
  expect(readAssets().build).toBe(assets.build);
});

test.each(names)("%s asks for nothing from elsewhere", (name) => {
  const text = assets.find(assets.build, name)?.content.toString() ?? "";
  const addresses = text.replaceAll("http://www.w3.org/2000/svg", "").match(/(https?:)?\/\/[\w.-]+\.\w+/g);
  expect(addresses ?? []).toEqual([]);
});

test.each(names.filter((name) => name.endsWith(".js")))("%s imports only what is served too", (name) => {
  const text = assets.find(assets.build, name)?.content.toString() ?? "";
  for (const [, imported = ""] of text.matchAll(/from "\.\/([^"]+)"/g))
    expect(assets.find(assets.build, imported)).toBeDefined();
});
