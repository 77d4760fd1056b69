import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify, stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "@jest/globals";
import { type Introduction, renderFirstJob, renderIntroduction } from "./introduction.ts";

const told: Introduction = {
  version: "0.1.0",
  seconds: 3.42,
  rows: [
    { service: "API", address: "http://127.0.0.1:3000", version: "0.1.0", state: "up", tookMs: 3.2 },
    { service: "Postgres", address: "127.0.0.1:4000", version: "18.4", state: "up", tookMs: 1_840 },
    { service: "Prometheus", state: "missing" },
  ],
  notes: ["Prometheus is not on the PATH"],
  url: "http://127.0.0.1:3000",
  dataFolder: ".gozcu",
  madeApiKey: "gz_key",
  keyIsInFolder: true,
};

describe("the introduction at a terminal", () => {
  test("has a table whose columns stand below each other, and what to do next", () => {
    expect(renderIntroduction(told)).toBe(`
Gözcü 0.1.0 is ready in 3.4 s

  service     address                version  state    time
  API         http://127.0.0.1:3000  0.1.0    up       3 ms
  Postgres    127.0.0.1:4000         18.4     up       1.8 s
  Prometheus  –                      –        missing  –

  · Prometheus is not on the PATH

  API key  gz_key  (shown this once; kept in .gozcu/api-key)

  look    http://127.0.0.1:3000/ is the status page
  submit  ${renderFirstJob(told)}
  stop    Ctrl-C finishes the jobs in hand; the next start finds the data again

`);
  });

  test("does not speak of a key that was there before", () => {
    expect(renderIntroduction({ ...told, madeApiKey: undefined })).not.toContain("API key");
  });

  test("leaves columns as wide as they are when it has colours", () => {
    const painted = renderIntroduction(told, (_style, text) => `\u001b[1m${text}\u001b[0m`);
    expect(painted).not.toBe(renderIntroduction(told));
    expect(stripVTControlCharacters(painted)).toBe(renderIntroduction(told));
  });
});

describe("the command for a first job", () => {
  const run = promisify(execFile);

  /** What a shell makes of the command, with a curl that shows its arguments. */
  async function argumentsOf(command: string, cwd: string): Promise<readonly string[]> {
    const script = `curl() { printf '%s\\n' "$@"; }\n${command}`;
    const { stdout } = await run("sh", ["-c", script], { cwd, env: { ...process.env, API_KEY: "given" } });
    return stdout.trimEnd().split("\n");
  }

  test.each([
    ["a key in the data folder, whatever that is called", true, "made"],
    ["a key that somebody has given", false, "given"],
  ])("has %s", async (_what, keyIsInFolder, key) => {
    const room = await mkdtemp(join(tmpdir(), "gozcu-test-"));
    const dataFolder = "it's mine; $HOME";
    await mkdir(join(room, dataFolder));
    await writeFile(join(room, dataFolder, "api-key"), "made\n");
    const [silent, url, , header, , type, , body = ""] = await argumentsOf(
      renderFirstJob({ url: "http://127.0.0.1:3000", dataFolder, keyIsInFolder }),
      room,
    );
    expect([silent, url, header, type]).toEqual([
      "-s",
      "http://127.0.0.1:3000/api/jobs",
      `X-API-Key: ${key}`,
      "Content-Type: application/json",
    ]);
    expect(JSON.parse(body)).toEqual({ type: "image", prompt: "a lighthouse in the fog" });
    await rm(room, { recursive: true });
  });
});
