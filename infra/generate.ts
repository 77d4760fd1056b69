import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { errorMessage } from "../app/error-message.ts";
import { generatedFolders, renderGeneratedFiles } from "./generated-files.ts";

const root = fileURLToPath(new URL("../", import.meta.url));

/** A file that is not as it should be: at `line`, counted from 1, or as a whole. */
interface Stale {
  readonly name: string;
  readonly line?: number;
  /** What it should hold; undefined where there should be no such file. */
  readonly text?: string;
}

/** The first line in which two texts differ. */
function firstDifference(a: string, b: string): number {
  const right = b.split("\n");
  const line = a.split("\n").findIndex((text, i) => text !== right[i]);
  return line === -1 ? right.length : line + 1;
}

async function findStale(): Promise<readonly Stale[]> {
  const files = renderGeneratedFiles();
  const stale: Stale[] = [];
  for (const [name, render] of Object.entries(files)) {
    const current = await readFile(join(root, name), "utf8").catch(() => "");
    const text = render(current);
    if (text !== current) stale.push({ name, text, line: firstDifference(current, text) });
  }
  for (const folder of generatedFolders) {
    const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true }).catch(() => []);
    for (const entry of entries.filter((each) => each.isFile())) {
      const name = join(entry.parentPath, entry.name).slice(root.length);
      if (!Object.hasOwn(files, name)) stale.push({ name });
    }
  }
  return stale;
}

async function mend({ name, text }: Stale): Promise<string> {
  const path = join(root, name);
  if (text === undefined) {
    await rm(path);
    return `deleted ${name}`;
  }
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  return `wrote ${name}`;
}

function complain({ name, line, text }: Stale): string {
  if (text === undefined) return `${name} is not made from anything: run npm run generate, which deletes it`;
  return `${name}:${line} is not current: run npm run generate`;
}

const usage = `node infra/generate.ts [--check]

Writes every generated file; --check only says which are not current, and ends with 1 if any is not.
`;

/** What was asked for; the command line's mistakes end the program with 2, as is the custom. */
function readOptions(): { readonly check?: boolean; readonly help?: boolean } {
  try {
    return parseArgs({ options: { check: { type: "boolean" }, help: { type: "boolean" } } }).values;
  } catch (error) {
    process.stderr.write(`${errorMessage(error)}\n\n${usage}`);
    process.exit(2);
  }
}

const options = readOptions();
if (options.help) process.stdout.write(usage);
else {
  const stale = await findStale();
  for (const file of stale) process.stdout.write(`${options.check ? complain(file) : await mend(file)}\n`);
  if (options.check && stale.length > 0) process.exitCode = 1;
}
