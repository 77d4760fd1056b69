import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { findAlertmanager, findProgram, makeFolder } from "../../e2e/programs.ts";
import { askVersion, readVersion } from "./program-version.ts";

describe("a program's version", () => {
  test.each([
    ["alertmanager, version 0.25.0 (branch: debian/sid, revision: 0.25.0-1+b4)", "0.25.0"],
    ["prometheus, version 3.5.0 (branch: HEAD, revision: 8be3a9560fbd)", "3.5.0"],
    ["alertmanager, version 0.31.0-rc.1 (branch: HEAD)", "0.31.0"],
    ["alertmanager, version  (branch: , revision: unknown)", undefined],
    ["", undefined],
  ])("is read from %j", (said, version) => {
    expect(readVersion(said)).toBe(version);
  });

  for (const [name, program] of Object.entries({
    prometheus: findProgram("prometheus"),
    alertmanager: findAlertmanager(),
  }))
    (program === undefined ? test.skip : test)(`is told by the real ${name}`, async () => {
      expect(await askVersion(program ?? "", {})).toMatch(/^\d+\.\d+\.\d+$/);
    });

  test("is unknown where a program fails or is not there", async () => {
    const folder = await makeFolder();
    const failing = join(folder.path, "failing");
    await writeFile(failing, "#!/bin/sh\nexit 1\n", { mode: 0o700 });
    expect(await askVersion(failing, {})).toBeUndefined();
    expect(await askVersion(join(folder.path, "absent"), {})).toBeUndefined();
    await folder.close();
  });
});
