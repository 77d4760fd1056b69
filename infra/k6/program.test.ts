import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { findK6, k6Image } from "./program.ts";

const surroundings = {
  folders: ["/here/k6"],
  out: "/here/out",
  environment: { API_KEY: "the key", BASE_URL: "http://x" },
};

describe("where k6 comes from", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "gozcu-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function install(name: string): Promise<string> {
    const file = join(folder, name);
    await writeFile(file, "#!/bin/sh\necho 'k6 v1.8.1 (go1.26, linux/amd64)'\n");
    await chmod(file, 0o755);
    return file;
  }

  test("from the PATH, before Docker", async () => {
    await install("docker");
    const file = await install("k6");
    const k6 = await findK6(folder);
    expect(k6.version).toBe("v1.8.1");
    expect(k6.renderCommand(["run"], surroundings)).toEqual([file, "run"]);
  });

  test("else its image, which sees two folders and gets the key by the environment, not as an argument", async () => {
    const file = await install("docker");
    const command = (await findK6(folder)).renderCommand(["run", "smoke.ts"], surroundings);
    expect(command[0]).toBe(file);
    expect(command.join(" ")).toContain(
      "--mount type=bind,source=/here/k6,target=/here/k6,readonly --mount type=bind,source=/here/out,target=/here/out --env API_KEY",
    );
    expect(command.slice(-3)).toEqual([k6Image, "run", "smoke.ts"]);
    expect(command.join(" ")).not.toContain("the key");
  });

  test("with neither it says how to get one", async () => {
    await expect(findK6(folder)).rejects.toThrow("go install go.k6.io/k6");
  });
});
