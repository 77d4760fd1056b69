import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "@jest/globals";
import { usage } from "./command.ts";

const program = fileURLToPath(new URL("../doctor.ts", import.meta.url));

function run(args: readonly string[]): Promise<{ readonly code: unknown; readonly stdout: string; stderr: string }> {
  // With nothing on the PATH there is nothing to find.
  const env = { PATH: "/nowhere", HOME: "/nowhere" };
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : error.code, stdout, stderr }),
    );
  });
}

describe("npm run doctor", () => {
  test("says what it does", async () => {
    expect(await run(["--help"])).toEqual({ code: 0, stdout: usage, stderr: "" });
  });

  test("ends with 2 for a command that is wrong", async () => {
    const { code, stderr } = await run(["--send-tests"]);
    expect(code).toBe(2);
    expect(stderr).toContain("--send-tests");
  });

  test("ends with 1 where something is wrong, and tells machines what", async () => {
    const { code, stdout } = await run(["--json"]);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ title: "Docker", state: "wrong", found: "the docker command is not on the PATH" }),
        expect.objectContaining({ title: "Terraform", state: "wrong" }),
      ]),
    );
  });
});
