import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { extname } from "node:path";

/** Each with where it stands from here: a chart's colours stand beside the charts. */
export const assetPaths = {
  "status.css": "assets/status.css",
  "chart.css": "chart.css",
  "status.js": "assets/status.js",
  "elapsed.js": "assets/elapsed.js",
  "morph.js": "assets/morph.js",
  "plot.js": "assets/plot.js",
  "webrtc-check.js": "assets/webrtc-check.js",
  "good.svg": "assets/good.svg",
  "warning.svg": "assets/warning.svg",
  "critical.svg": "assets/critical.svg",
} as const;

export type AssetName = keyof typeof assetPaths;

const contentTypes: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

export interface Asset {
  readonly contentType: string;
  readonly content: Buffer;
}

export interface Assets {
  /** Its address, which changes with what is in any of them: scripts that import each other are never of two builds. */
  url(name: AssetName): string;
  find(build: string, file: string): Asset | undefined;
  /** A hash over all of them. */
  readonly build: string;
}

/** Reads the files that the page needs, which are few and small, into memory. */
export function readAssets(): Assets {
  const hash = createHash("sha256");
  const files = new Map<string, Asset>();
  for (const [name, path] of Object.entries(assetPaths)) {
    const content = readFileSync(new URL(path, import.meta.url));
    hash.update(`${name}\n${content.length}\n`).update(content);
    files.set(name, { contentType: contentTypes[extname(name)] ?? "application/octet-stream", content });
  }
  const build = hash.digest("base64url").slice(0, 12);
  return {
    url: (name) => `/assets/${build}/${name}`,
    find: (asked, file) => (asked === build ? files.get(file) : undefined),
    build,
  };
}
