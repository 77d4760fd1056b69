import { appendFile, cp, mkdir, mkdtemp, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { ownFiles } from "../../../app/api-docs/assets.ts";
import { assetPaths } from "../../../app/web/assets.ts";
import { baseImages, images } from "../../topology/images.ts";
import { hashAppSources, listAppSources, renderDockerignore } from "./app-image.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const readRoot = (path: string) => readFile(join(root, path), "utf8");

/** The programs that the image is to run. */
const programs = ["app/main.ts", "app/demo-renderer/main.ts", "app/rollup-verify.ts", "app/health-check.ts"];

/** What is imported as soon as a file is: not what it loads later, and with `types: false` not what has no code. */
async function readImports(path: string, { types }: { readonly types: boolean }): Promise<readonly string[]> {
  if (!path.endsWith(".ts")) return [];
  const statements = (await readRoot(path)).matchAll(/^(?:import|export) (type )?(?:[^;"]* from )?"([^"]+)"/gm);
  return [...statements].flatMap(([, type, name = ""]) => (type === undefined || types ? [name] : []));
}

/** The programs' files, and the packages that they import. */
async function followImports(options: { readonly types: boolean }) {
  const [files, packages] = [new Set<string>(), new Set<string>()];
  async function follow(path: string): Promise<void> {
    if (files.has(path)) return;
    files.add(path);
    for (const name of await readImports(path, options)) {
      if (name.startsWith(".")) await follow(join(dirname(path), name));
      else if (!name.startsWith("node:")) packages.add(/^(?:@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name);
    }
  }
  for (const program of programs) await follow(program);
  return { files, packages };
}

const isScript = (path: string) => path.endsWith(".ts");

describe("what enters the app image", () => {
  test("is all that its programs run", async () => {
    const entering = await listAppSources(root);
    const { files, packages } = await followImports({ types: false });
    expect(entering).toEqual(expect.arrayContaining([...files]));
    const { dependencies } = JSON.parse(await readRoot("package.json"));
    expect(Object.keys(dependencies)).toEqual(expect.arrayContaining([...packages]));
  });

  test("is no script that its programs do not know, and beside scripts only SQL, what the pages bring and what npm installs from", async () => {
    const entering = await listAppSources(root);
    const { files } = await followImports({ types: true });
    expect(entering.filter((path) => isScript(path) && !files.has(path))).toEqual([]);
    const others = entering.filter((path) => !isScript(path) && !path.endsWith(".sql"));
    const assets = [
      ...Object.values(assetPaths).map((path) => `app/web/${path}`),
      ...Object.values(ownFiles).map((path) => `app/api-docs/${path}`),
    ];
    expect(others).toEqual([...assets, "package-lock.json", "package.json"].toSorted());
  });

  test("is what .dockerignore lets in", async () => {
    expect(await readRoot(".dockerignore")).toBe(renderDockerignore());
  });

  test("stands on the same Node and runs as the same user as the topology says", async () => {
    const dockerfile = await readRoot("Dockerfile");
    expect(/^ARG NODE_IMAGE=(.+)$/m.exec(dockerfile)?.[1]).toBe(baseImages.node);
    expect(/^USER (.+)$/m.exec(dockerfile)?.[1]).toBe(`${images.app.uid}:${images.app.gid}`);
  });
});

describe("the hash of the app image's sources", () => {
  let tree: string;
  let before: string;

  beforeAll(async () => {
    tree = await mkdtemp(join(tmpdir(), "gozcu-"));
    for (const path of ["Dockerfile", ...(await listAppSources(root))]) await cp(join(root, path), join(tree, path));
    before = await hashAppSources(tree, "node:24.0.0");
  });
  afterAll(() => rm(tree, { recursive: true, force: true }));

  test("is the same for the same sources, whenever they were written", async () => {
    expect(before).toMatch(/^[0-9a-f]{64}$/);
    await utimes(join(tree, "app/main.ts"), 0, 0);
    expect(await hashAppSources(tree, "node:24.0.0")).toBe(before);
  });

  test.each(["Dockerfile", "package-lock.json", "app/main.ts", "app/adapters/postgres/migrations/0001_jobs.sql"])(
    "changes with %s",
    async (path) => {
      const text = await readFile(join(tree, path), "utf8");
      await appendFile(join(tree, path), "\n");
      expect(await hashAppSources(tree, "node:24.0.0")).not.toBe(before);
      await writeFile(join(tree, path), text);
      expect(await hashAppSources(tree, "node:24.0.0")).toBe(before);
    },
  );

  test.each(["app/another.ts", "alerts/runbooks/another.ts"])("changes with a new file %s", async (path) => {
    await writeFile(join(tree, path), "");
    expect(await hashAppSources(tree, "node:24.0.0")).not.toBe(before);
    await rm(join(tree, path));
  });

  test.each([
    "README.md",
    "app/telemetry/README.md",
    "app/.env",
    "app/main.test.ts",
    "dashboards/files.ts",
    "infra/topology.ts",
    "infra/engines/docker/app-image.ts",
    "alerts/generated/alerting-rules.yml",
  ])("does not change with %s", async (path) => {
    await mkdir(dirname(join(tree, path)), { recursive: true });
    await writeFile(join(tree, path), "something else");
    expect(await hashAppSources(tree, "node:24.0.0")).toBe(before);
  });
});
