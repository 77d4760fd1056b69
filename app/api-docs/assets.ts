import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** One file of the page, under a name that changes with its content. */
export interface Asset {
  /** Such as `initializer.4f2a….js`. */
  readonly name: string;
  readonly bytes: Buffer;
}

/** Our own files, beside this one. */
export const ownFiles = { initializer: "initializer.js", ownStyles: "style.css" } as const;

/** The few files of Swagger UI that a page needs, and our own. */
const sources = {
  bundle: import.meta.resolve("swagger-ui-dist/swagger-ui-bundle.js"),
  styles: import.meta.resolve("swagger-ui-dist/swagger-ui.css"),
  icon: import.meta.resolve("swagger-ui-dist/favicon-32x32.png"),
  initializer: new URL(ownFiles.initializer, import.meta.url),
  ownStyles: new URL(ownFiles.ownStyles, import.meta.url),
} as const;

export type Assets = Readonly<Record<keyof typeof sources, Asset>>;

async function readAsset(source: string | URL): Promise<Asset> {
  const path = fileURLToPath(source);
  const bytes = await readFile(path);
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 16);
  const [, base = "", ending = ""] = /([^/\\]+)(\.\w+)$/.exec(path) ?? [];
  return { name: `${base}.${hash}${ending}`, bytes };
}

/** Two megabytes, most of them the bundle. */
export async function readAssets(): Promise<Assets> {
  const entries = Object.entries(sources).map(async ([key, source]) => [key, await readAsset(source)] as const);
  return Object.fromEntries(await Promise.all(entries)) as Assets;
}
