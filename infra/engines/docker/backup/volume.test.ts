import { PassThrough, Readable } from "node:stream";
import { describe, expect, test } from "@jest/globals";
import { readTestStack } from "../../../stack/test-stack.ts";
import { type Docker, DockerError } from "../docker-cli.ts";
import { copyVolume, countCopy } from "./volume.ts";

/** Notes what is asked; `unpause` fails so many times, and the container is in this state then. */
function createHost({ failures = 0, status = "paused", copies = true }) {
  const asked: string[] = [];
  let left = failures;
  const docker: Docker = {
    async ask(...args) {
      asked.push(args[0] ?? "");
      if (args[0] === "container") return JSON.stringify({ Status: status });
      if (args[0] !== "unpause" || left === 0) return "";
      left -= 1;
      throw new DockerError("docker unpause: ended with 130", 130);
    },
    async pipe(args, { output }) {
      asked.push(args[0] ?? "");
      if (!copies) throw new DockerError("docker cp: no space left on device", 1);
      output?.end();
    },
  };
  const copy = () => copyVolume({ docker, stack: readTestStack(), service: "redis" }, new PassThrough().resume());
  return { asked, copy };
}

describe("copying a volume", () => {
  test("lets its service stand still only as long as it takes", async () => {
    const { asked, copy } = createHost({});
    await copy();
    expect(asked).toEqual(["pause", "cp", "unpause"]);
  });

  test("lets it go on when the copy fails", async () => {
    const { asked, copy } = createHost({ copies: false });
    await expect(copy()).rejects.toThrow("no space left on device");
    expect(asked).toEqual(["pause", "cp", "unpause"]);
  });

  test("tries again to let it go on, as Ctrl-C ends that command too", async () => {
    const { asked, copy } = createHost({ failures: 1 });
    await copy();
    expect(asked).toEqual(["pause", "cp", "unpause", "container", "unpause"]);
  });

  test("is content when it goes on already", async () => {
    const { asked, copy } = createHost({ failures: 9, status: "running" });
    await copy();
    expect(asked).toEqual(["pause", "cp", "unpause", "container"]);
  });

  test("says what to do when it stands still for good", async () => {
    await expect(createHost({ failures: 9 }).copy()).rejects.toThrow(
      "gozcu-redis-1 is still paused: docker unpause gozcu-redis-1",
    );
  });

  test("is not done when it is cut off", async () => {
    const cutOff = (async function* () {
      yield Buffer.alloc(300);
    })();
    await expect(countCopy("redis", Readable.from(cutOff))).rejects.toThrow("cut off");
  });
});
