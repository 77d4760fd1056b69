import { readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { availableParallelism, cpus, loadavg, totalmem } from "node:os";
import { z } from "zod";

const PackageSchema = z.object({ version: z.string() });

/** The version of an npm package, as it is installed here. */
export function readPackageVersion(name: string): string {
  const path = findPackageJSON(name, import.meta.url);
  if (path === undefined) throw new Error(`${name} is not installed: try npm ci`);
  return PackageSchema.parse(JSON.parse(readFileSync(path, "utf8"))).version;
}

/** When and on what something is measured: a line each. */
export function readMachine(): readonly string[] {
  const [cpu] = cpus();
  const load = loadavg().map((value) => value.toFixed(1));
  return [
    `Date: ${new Date().toISOString()}`,
    `Machine: ${availableParallelism()} × ${cpu?.model.trim() ?? process.arch}, ${Math.round(totalmem() / 2 ** 30)} GB, ${process.platform}; load ${load.join(", ")} at the start`,
  ];
}
