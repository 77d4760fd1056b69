import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { findFreePort, makeFolder } from "../../e2e/programs.ts";
import { type ChildProgram, startProgram } from "./child-program.ts";

/** A program that is ready at its second answer, and tells what it sees of the environment. */
const server = `
  let asked = 0;
  console.log("sees " + Object.keys(process.env).join());
  require("node:http").createServer((_, answer) => {
    asked += 1;
    answer.writeHead(asked > 1 ? 200 : 503).end("page");
  }).listen(process.argv[1], "127.0.0.1");`;
const deaf = `process.on("SIGTERM", () => {}); ${server}`;
const busy = "setInterval(() => {}, 1000)";
const failing = `for (const n of [1, 2, 3, 4]) console.error("line " + n); process.exit(3)`;

describe("a program that is started", () => {
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  let port: number;
  let program: ChildProgram | undefined;
  const at = (name: string) => join(folder.path, name);
  beforeEach(async () => {
    folder = await makeFolder();
    port = await findFreePort();
  });
  afterEach(async () => {
    await program?.close();
    program = undefined;
    await folder.close();
  });

  async function start(script: string, options: Partial<Parameters<typeof startProgram>[0]> = {}) {
    program = await startProgram({
      ...{ name: "Watcher", program: process.execPath, args: ["-e", script, String(port)] },
      ...{ cwd: folder.path, env: { SEEN: "yes" }, readyUrl: `http://127.0.0.1:${port}/` },
      ...{ pidFile: at("pid"), logFile: at("log"), secrets: [], deadlineMs: 30_000, graceMs: 30_000 },
      signal: new AbortController().signal,
      ...options,
    });
    return program;
  }
  const readPid = async () => Number.parseInt(await readFile(at("pid"), "utf8"), 10);

  test("is ready when it answers 200, with its number in a file and its output in another", async () => {
    const { pid } = await start(server);
    expect(await readPid()).toBe(pid);
    expect(await readFile(at("log"), "utf8")).toBe("sees SEEN\n");
    expect((await stat(at("log"))).mode & 0o777).toBe(0o600);
  });

  test("is gone after close, and its pid file too; close can be called again", async () => {
    const { ended, close } = await start(server);
    await Promise.all([close(), close()]);
    await close();
    expect(await ended).toBe("was ended by SIGTERM");
    expect(existsSync(at("pid"))).toBe(false);
  });

  test("is killed when it does not stop in time", async () => {
    const { ended, close } = await start(deaf, { graceMs: 0 });
    await close();
    expect(await ended).toBe("was ended by SIGKILL");
  });

  test("takes along what it started itself", async () => {
    const script = at("script");
    await writeFile(script, `#!/bin/sh\n"$NODE" "$@" &\nwait\n`, { mode: 0o700 });
    const { close } = await start(server, { program: script, env: { NODE: process.execPath } });
    await close();
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
  });

  test("tells how it ended by itself", async () => {
    const { pid, ended } = await start(server);
    process.kill(pid, "SIGKILL");
    expect(await ended).toBe("was ended by SIGKILL");
  });

  test("gives its last lines when it ends before it is ready", async () => {
    await expect(start(failing)).rejects.toThrow(
      `Watcher ended with exit code 3 before it was ready: line 2 | line 3 | line 4 (see ${at("log")})`,
    );
    expect(existsSync(at("pid"))).toBe(false);
  });

  test.each([
    ["at once", "exit 1"],
    ["a moment later", "sleep 0.1; exit 1"],
  ])("is not ready when another program answers in its place, and it ends %s", async (_when, script) => {
    const other = createServer((_, answer) => answer.end()).listen(port, "127.0.0.1");
    await once(other, "listening");
    await expect(start("", { program: "/bin/sh", args: ["-c", script] })).rejects.toThrow(
      /^Watcher ended with exit code 1 before it was ready: it wrote nothing/,
    );
    expect(existsSync(at("pid"))).toBe(false);
    other.close();
    await once(other, "close");
  });

  test("is quoted without what is secret", async () => {
    const failure = `console.error("no https://hook/a?b, no " + JSON.stringify('p"w')); process.exit(1)`;
    await expect(start(failure, { secrets: ["https://hook/a?b", 'p"w'] })).rejects.toThrow(
      /ready: no \[secret\], no "\[secret\]" \(see/,
    );
  });

  test("says so when it cannot be started at all", async () => {
    await expect(start("", { program: at("absent") })).rejects.toThrow(/^Watcher could not be started \(.*ENOENT\)$/);
  });

  test("is stopped when it is not ready in time", async () => {
    await expect(start(busy, { deadlineMs: 0 })).rejects.toThrow(/^Watcher was not ready within 0 s \(see .*log\)$/);
    expect(existsSync(at("pid"))).toBe(false);
  });

  test("is stopped when its start is given up, and not started after that", async () => {
    const given = new AbortController();
    const starting = start(busy, { signal: given.signal });
    given.abort();
    await expect(starting).rejects.toThrow(/aborted/);
    expect(existsSync(at("pid"))).toBe(false);
    await expect(start(busy, { signal: given.signal, logFile: at("other") })).rejects.toThrow(/aborted/);
    expect(existsSync(at("other"))).toBe(false);
  });

  test("keeps the output of the run before", async () => {
    await (await start(server)).close();
    await expect(start(failing)).rejects.toThrow();
    expect(await readFile(at("log.1"), "utf8")).toBe("sees SEEN\n");
    expect(await readFile(at("log"), "utf8")).toMatch(/^line 1\n/);
  });
});
