import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { scrapes } from "../app/catalogue/scrape.ts";
import { settings } from "../app/config.ts";
import { renderEnvExample, renderReadme } from "./documents.ts";
import { renderPrometheusConfig } from "./prometheus-config.ts";

const root = new URL("../", import.meta.url);
const banner = "# Made by `npm run generate` from app/catalogue; edits here are overwritten.\n";

/** Every generated file, as a function of what stands in it now. */
const files: Readonly<Record<string, (current: string) => string>> = {
  "README.md": renderReadme,
  ".env.example": renderEnvExample,
  "prometheus.yml": () =>
    banner +
    renderPrometheusConfig(
      Object.entries(scrapes).map(([job, { intervalSeconds, portSetting }]) => ({
        job,
        intervalSeconds,
        address: `127.0.0.1:${settings[portSetting].default}`,
      })),
    ),
};

/** The first line, counted from 1, in which two texts differ. */
function firstDifference(a: string, b: string): number {
  const right = b.split("\n");
  const line = a.split("\n").findIndex((text, i) => text !== right[i]);
  return line === -1 ? right.length : line + 1;
}

const { values } = parseArgs({ options: { check: { type: "boolean" }, help: { type: "boolean" } } });
if (values.help) {
  process.stdout.write(
    "node infra/generate.ts [--check]\n\nWrites every generated file; --check only says which are not current.\n",
  );
  process.exit(0);
}
let stale = 0;
for (const [name, render] of Object.entries(files)) {
  const path = fileURLToPath(new URL(name, root));
  const current = await readFile(path, "utf8").catch(() => "");
  const text = render(current);
  if (text === current) continue;
  stale += 1;
  const line = firstDifference(current, text);
  process.stdout.write(values.check ? `${name}:${line} is not current: run npm run generate\n` : `wrote ${name}\n`);
  if (!values.check) await writeFile(path, text);
}
if (values.check && stale > 0) process.exit(1);
