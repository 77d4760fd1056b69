import { writeSync } from "node:fs";
import { appendFile, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { eventually } from "../../e2e/eventually.ts";
import { makeFolder } from "../../e2e/programs.ts";
import { type OutputLog, openOutputLog } from "./output-log.ts";

describe("the log of a program's output", () => {
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  let file: string;
  let log: OutputLog | undefined;
  beforeEach(async () => {
    folder = await makeFolder();
    file = join(folder.path, "log");
  });
  afterEach(async () => {
    await log?.close();
    await folder.close();
  });

  async function open(options: Partial<Parameters<typeof openOutputLog>[0]> = {}): Promise<OutputLog> {
    log = await openOutputLog({ file, secrets: [], ...options });
    return log;
  }
  const read = () => readFile(file, "utf8");
  const readEarlier = () => readFile(`${file}.1`, "utf8");

  test("begins anew, for its owner alone, and keeps what was", async () => {
    await writeFile(file, "of the last run");
    await open();
    expect(await read()).toBe("");
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readEarlier()).toBe("of the last run");
  });

  test("is emptied when it has grown too large, while it is written to, and keeps what was", async () => {
    const { fd } = await open({ maxBytes: 10, checkMs: 5 });
    writeSync(fd, "more than ten letters");
    await eventually(async () => expect(await read()).toBe(""));
    expect(await readEarlier()).toBe("more than ten letters");
    writeSync(fd, "few");
    expect(await read()).toBe("few");
  });

  test("gives its last lines on one, and no secret: not one within another, nor one that it has quoted", async () => {
    const { readLastLines } = await open({ secrets: ["key", "key-of-all", 'quo"ted', ""] });
    expect(await readLastLines()).toBe("it wrote nothing");
    await appendFile(file, 'first\nsecond\nkey-of-all, key\n\nmsg="quo\\"ted"\n');
    expect(await readLastLines()).toBe('second | [secret], [secret] | msg="[secret]"');
  });
});
