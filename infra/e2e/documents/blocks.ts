import { globSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../../", import.meta.url));

/** What the comment above a block says of it. */
export type Marker =
  /** It is run in this world. */
  | { readonly kind: "run"; readonly world: string }
  /** A test of its own, by its path from the root, runs it. */
  | { readonly kind: "run by"; readonly test: string }
  /** What the block before it prints. */
  | { readonly kind: "printed" }
  | { readonly kind: "not run"; readonly reason: string };

/** A fenced block of a document. */
export interface Block {
  /** The document, by its path from the root. */
  readonly document: string;
  /** Counted from 1: where the fence opens. */
  readonly line: number;
  readonly language: string;
  readonly code: string;
  /** Undefined where no comment stands above it, or none that is understood. */
  readonly marker: Marker | undefined;
  /** What it is said to print, if anything is. */
  readonly printed: string | undefined;
}

export interface Document {
  readonly name: string;
  readonly text: string;
  readonly blocks: readonly Block[];
}

function readMarker(comment: string): Marker | undefined {
  const [, kind, rest = ""] = /^<!-- (run by|run|printed|not run):? ?(.*) -->$/.exec(comment) ?? [];
  if (kind === "run") return { kind, world: rest === "" ? "service" : rest };
  if (kind === "run by" && rest !== "") return { kind, test: rest };
  if (kind === "printed") return { kind };
  return kind === "not run" && rest !== "" ? { kind, reason: rest } : undefined;
}

/** What a generator writes is proved by the generator's tests. The lines stay, so that they can be counted. */
const withoutGenerated = (text: string) =>
  text.replaceAll(/<!-- generated: \w+ -->[\s\S]*?<!-- end -->/g, (section) => section.replaceAll(/[^\n]/g, ""));

export function readBlocks(document: string, text: string): readonly Block[] {
  const plain = withoutGenerated(text);
  const found = [...plain.matchAll(/^(?:(<!-- .* -->)\n)?```(\w*)\n([\s\S]*?)^```$/gm)].map((match) => {
    const [whole, comment = "", language = "", code = ""] = match;
    const after = plain.slice(match.index + whole.length);
    const line = plain.slice(0, match.index).split("\n").length + (comment === "" ? 0 : 1);
    return { line, language, code, marker: readMarker(comment), inline: /^\n\nIt prints `(.*)`\./.exec(after)?.[1] };
  });
  return found.map(({ inline, ...block }, i) => {
    const next = found[i + 1];
    const printed = inline === undefined ? undefined : `${inline}\n`;
    return { document, ...block, printed: next?.marker?.kind === "printed" ? next.code : printed };
  });
}

/** Folders whose documents are generated, or not ours. */
const others = ["node_modules", "generated", ".git", ".gozcu", "cdktf.out"];

/** Every document that people write. */
export async function readDocuments(): Promise<readonly Document[]> {
  const names = globSync("**/*.md", {
    cwd: root,
    exclude: (path) => others.some((name) => path.split("/").includes(name)),
  });
  return Promise.all(
    names.toSorted().map(async (name) => {
      const text = await readFile(join(root, name), "utf8");
      return { name, text, blocks: readBlocks(name, text) };
    }),
  );
}
