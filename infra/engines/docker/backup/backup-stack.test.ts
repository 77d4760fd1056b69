import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { readTestStack } from "../../../stack/test-stack.ts";
import { type Docker, DockerError } from "../docker-cli.ts";
import { backupStack } from "./backup-stack.ts";

const kilobytes = 10 ** 15;

/** A Docker host on which containers are in this state, and volumes hold a million terabytes. */
function createHost(status: string): Docker {
  return {
    async ask(...args) {
      if (args[0] === "container") return JSON.stringify({ Status: status });
      if (args.includes("psql")) return "1000\n";
      throw new DockerError(`docker ${args.join(" ")} was not expected`, 1);
    },
    async pipe(args, { output }) {
      if (!args.includes("du")) throw new DockerError(`docker ${args.join(" ")} was not expected`, 1);
      output?.end(`${kilobytes}\t/volume\n`);
    },
  };
}

describe("a backup", () => {
  let parent: string;
  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), "gozcu-"));
  });
  afterEach(() => rm(parent, { recursive: true }));

  const save = (docker: Docker) =>
    backupStack({ docker, stack: readTestStack(), folder: join(parent, "backups"), say: () => {} });

  test("is not begun on a disk that it would fill", async () => {
    await expect(save(createHost("running"))).rejects.toThrow(/has [\d.]+ MB free, and the backup may need \d+\.0 MB/);
    expect(await readdir(parent)).toEqual([]);
  });

  test("needs all that it saves to run", async () => {
    await expect(save(createHost("exited"))).rejects.toThrow(
      /gozcu-redis-1 is exited, gozcu-postgres-1 is exited, gozcu-grafana-1 is exited, gozcu-prometheus-1 is exited/,
    );
    expect(await readdir(parent)).toEqual([]);
  });

  test("says why Docker cannot be reached", async () => {
    const away = () => Promise.reject(new DockerError("docker container: Cannot connect to the Docker daemon", 1));
    await expect(save({ ask: away, pipe: away })).rejects.toThrow("Cannot connect to the Docker daemon");
    expect(await readdir(parent)).toEqual([]);
  });

  test("says which container is missing", async () => {
    const ask = () => Promise.reject(new DockerError("docker container inspect: Error: No such container: x", 1));
    await expect(save({ ...createHost("running"), ask })).rejects.toThrow("gozcu-redis-1 is not there");
  });
});
