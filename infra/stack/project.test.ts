import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeEach, describe, expect, test } from "@jest/globals";
import { createKeep } from "../e2e/keep.ts";
import { makeFolder } from "../e2e/programs.ts";
import { loadEnvironment } from "./environment.ts";
import { configurationFile, readProject } from "./project.ts";

const run = promisify(execFile);

describe("the project in a folder", () => {
  const keep = createKeep();
  let root: string;
  beforeEach(async () => {
    root = keep(await makeFolder()).path;
  });

  test("needs no configuration", () => {
    expect(readProject(root, {})).toMatchObject({ name: "gozcu", buildApp: true, given: {} });
  });

  test("is configured by its gozcu.yml, and by the environment, which wins", async () => {
    await writeFile(join(root, configurationFile), "name: lookout\nreplicas: { worker: 2 }\n");
    expect(readProject(root, {})).toMatchObject({ name: "lookout", topology: { replicas: { worker: 2 } } });
    expect(readProject(root, { GOZCU_NAME: "other" })).toMatchObject({
      name: "other",
      topology: { replicas: { worker: 2 } },
    });
  });

  test("names the file and the line of what does not fit", async () => {
    await writeFile(join(root, configurationFile), "\nname: Not A Name\n");
    expect(() => readProject(root, {})).toThrow(/gozcu\.yml:2: name must be/);
  });

  test("is not there for a file that cannot be read, which is named", async () => {
    await mkdir(join(root, configurationFile));
    await mkdir(join(root, ".env"));
    expect(() => readProject(root, {})).toThrow("gozcu.yml cannot be read: it is a folder");
    expect(() => loadEnvironment(root)).toThrow(".env cannot be read: it is a folder");
  });

  test("adds what stands in .env to the environment, where nothing is yet", async () => {
    // A program of its own: Jest gives tests a copy of the environment, which Node itself does not change.
    const script = `import { loadEnvironment } from ${JSON.stringify(new URL("./environment.ts", import.meta.url).href)};
      loadEnvironment(${JSON.stringify(root)});
      process.stdout.write(process.env.KNOWN + " " + process.env.UNKNOWN);`;
    const tell = async () => {
      const env = { KNOWN: "shell" };
      return (await run(process.execPath, ["--input-type=module", "--eval", script], { env })).stdout;
    };
    expect(await tell()).toBe("shell undefined");
    await writeFile(join(root, ".env"), "KNOWN=file\nUNKNOWN=file\n");
    expect(await tell()).toBe("shell file");
  });
});
