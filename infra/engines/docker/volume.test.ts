import { execFile } from "node:child_process";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "@jest/globals";
import { createKeep } from "../../e2e/keep.ts";
import { makeFolder } from "../../e2e/programs.ts";
import { images } from "../../topology/images.ts";
import { createTopology } from "../../topology.ts";
import { labels } from "./names.ts";
import { type SynthesisedContainer, synthesiseStack, testStacks } from "./test-synthesis.ts";

const run = promisify(execFile);

const stack = testStacks["everything asked for"];
const topology = createTopology(stack.topology);
const preparations = Object.values(synthesiseStack(stack).resource.docker_container)
  .filter(({ name }) => name.endsWith("-preparation"))
  .map((container) => ({ title: container.name, container }));
const isOfData = ({ title }: { readonly title: string }) => title.endsWith("-data-preparation");

/** What an earlier configuration has left, beside and below what is there now. */
const stale = ["stale.yml", "stale/deeper/rules.yml", "dashboards/stale.json"];

describe("what prepares a volume", () => {
  const keep = createKeep();

  /** Runs its command on a folder in the volume's place, with the `find` of this machine. */
  async function prepare({ command, upload, volumes, ...container }: SynthesisedContainer) {
    const { path: root } = keep(await makeFolder());
    const mountPoint = volumes[0]?.container_path ?? "";
    const here = (path: string) => path.replace(mountPoint, root);
    const uploaded = upload.map(({ file }) => here(file));
    for (const file of [...uploaded, ...stale.map((name) => join(root, name))]) {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, "");
    }
    // Who is no root can give nothing away: it is told instead.
    const [program = "", ...args] = command.map((word) => (word === "chown" ? "echo" : here(word)));
    const { stdout } = await run(program, args);
    const [owner, ...owned] = stdout.trim().split(" ");
    const entries = await readdir(root, { recursive: true, withFileTypes: true });
    const paths = (kind: "isFile" | "isDirectory") =>
      entries.filter((entry) => entry[kind]()).map(({ parentPath, name }) => join(parentPath, name));
    const service = topology.find(({ name }) => name === container.labels.get(labels.service));
    const { uid, gid } = images[service?.image ?? "app"];
    expect(owner).toBe(`${uid}:${gid}`);
    return { root, uploaded, files: paths("isFile"), folders: paths("isDirectory"), owned };
  }

  test.each(preparations.filter((row) => !isOfData(row)))(
    "keeps each uploaded file and no other, and gives everything to the service's user: $title",
    async ({ container }) => {
      const { root, uploaded, files, folders, owned } = await prepare(container);
      expect(uploaded.length).toBeGreaterThan(0);
      expect(files.toSorted()).toEqual(uploaded.toSorted());
      expect(owned.toSorted()).toEqual([root, ...folders, ...uploaded].toSorted());
    },
  );

  test.each(preparations.filter(isOfData))(
    "takes nothing from data, and only opens its folder: $title",
    async ({ container }) => {
      const { root, uploaded, files, owned } = await prepare(container);
      expect(uploaded).toEqual([]);
      expect(files.toSorted()).toEqual(stale.map((name) => join(root, name)).toSorted());
      expect(owned).toEqual([root]);
    },
  );
});
