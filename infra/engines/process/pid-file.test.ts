import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { makeFolder } from "../../e2e/programs.ts";
import { stopLeftOver, writePidFile } from "./pid-file.ts";

const live = "process.stdout.write('up'); setInterval(() => {}, 1000)";
const deaf = `process.on('SIGTERM', () => {}); ${live}`;

describe("what a killed gozcu left running", () => {
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  let file: string;
  let child: ChildProcess | undefined;
  beforeEach(async () => {
    folder = await makeFolder();
    file = join(folder.path, "pid");
  });
  afterEach(async () => {
    child?.kill("SIGKILL");
    await folder.close();
  });

  async function start(script: string): Promise<number> {
    child = spawn(process.execPath, ["-e", script, folder.path], {
      detached: true,
      stdio: ["ignore", "pipe", "ignore"],
    });
    if (child.stdout !== null) await once(child.stdout, "data");
    return child.pid ?? 0;
  }
  const isAlive = () => child?.exitCode === null && child.signalCode === null;

  test("is stopped, and its file goes", async () => {
    writePidFile(file, await start(live), ["-e", live, folder.path]);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const ended = once(child as ChildProcess, "exit");
    await stopLeftOver(file, 10_000);
    expect(await ended).toEqual([null, "SIGTERM"]);
    expect(existsSync(file)).toBe(false);
  });

  test("is killed when it does not stop in time", async () => {
    writePidFile(file, await start(deaf), ["-e", deaf, folder.path]);
    const ended = once(child as ChildProcess, "exit");
    await stopLeftOver(file, 0);
    expect(await ended).toEqual([null, "SIGKILL"]);
  });

  test("is not another process that got its number", async () => {
    writePidFile(file, await start(live), ["-e", live, "/another/folder"]);
    await stopLeftOver(file, 0);
    expect(isAlive()).toBe(true);
    expect(existsSync(file)).toBe(false);
  });

  test("is nothing where the file is missing, or was not written to its end", async () => {
    await stopLeftOver(file, 0);
    const pid = await start(live);
    for (const torn of ["", `${pid}`, `${pid}\n`, `${pid}\n${folder.path}`]) {
      await writeFile(file, torn);
      await stopLeftOver(file, 0);
      expect(isAlive()).toBe(true);
    }
  });

  test("is gone already", async () => {
    const pid = await start(live);
    const ended = once(child as ChildProcess, "exit");
    child?.kill("SIGKILL");
    await ended;
    writePidFile(file, pid, ["-e", live, folder.path]);
    await stopLeftOver(file, 0);
    expect(existsSync(file)).toBe(false);
  });
});
