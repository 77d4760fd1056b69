import { once } from "node:events";
import { chmod } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { createKeep } from "../e2e/keep.ts";
import { findFreePort, findProgram } from "../e2e/programs.ts";
import { createDocker, DockerError } from "../engines/docker/docker-cli.ts";
import { askDaemon } from "./docker-daemon.ts";
import { createTestWorld, makePrograms } from "./test-site.ts";
import { createWorld } from "./world.ts";

const socket = "unix:///var/run/docker.sock";

/** A docker command that complains, at an endpoint. */
function complain(complaint: string, endpoint: string = socket) {
  return createTestWorld({
    docker: {
      ask: (...args) =>
        args[0] === "info"
          ? Promise.reject(new DockerError(`docker info --format: ${complaint}`, 1))
          : Promise.resolve(`${endpoint}\n`),
    },
  });
}

describe("what docker complains of", () => {
  test.each([
    [
      "version 20.10, no permission",
      `Got permission denied while trying to connect to the Docker daemon socket at ${socket}: Get "http://%2Fvar%2Frun%2Fdocker.sock/v1.24/info": dial unix /var/run/docker.sock: connect: permission denied`,
      socket,
      `you may not use the Docker socket ${socket}`,
      "docker",
    ],
    [
      "version 29, no permission",
      `permission denied while trying to connect to the docker API at ${socket}`,
      socket,
      `you may not use the Docker socket ${socket}`,
      "usermod -aG docker",
    ],
    [
      "no permission on docker's own configuration, and no daemon",
      `WARNING: Error loading config file: open /home/you/.docker/config.json: permission denied\nCannot connect to the Docker daemon at ${socket}. Is the docker daemon running?`,
      socket,
      `no Docker daemon answers at ${socket}`,
      "systemctl start docker",
    ],
    [
      "version 29, no daemon",
      `failed to connect to the docker API at ${socket}; check if the path is correct and if the daemon is running: dial unix /var/run/docker.sock: connect: no such file or directory`,
      socket,
      `no Docker daemon answers at ${socket}`,
      "systemctl start docker",
    ],
    [
      "a context that is not there",
      'Failed to initialize: unable to resolve docker endpoint: context "home": context not found: open meta.json: no such file or directory',
      "",
      'does not know whom to ask: Failed to initialize: unable to resolve docker endpoint: context "home": context not found',
      "docker context ls",
    ],
    [
      "another machine",
      'error during connect: Get "http://build.example:2375/v1.50/info": dial tcp: lookup build.example: no such host',
      "tcp://build.example:2375",
      "the Docker host tcp://build.example:2375 cannot be reached: error during connect",
      "unset DOCKER_HOST",
    ],
    ["something else", "exec format error", socket, "the docker command fails: exec format error", "docker info"],
  ])("%s", async (_, complaint, endpoint, found, mend) => {
    expect(await askDaemon(complain(complaint, endpoint))).toEqual({
      trouble: { found: expect.stringContaining(found), mend: expect.stringContaining(mend) },
    });
  });

  test("an older command puts it into its answer", async () => {
    const answer = JSON.stringify({ ServerErrors: [`Cannot connect to the Docker daemon at ${socket}.`] });
    const world = createTestWorld({
      docker: { ask: (...args) => Promise.resolve(args[0] === "info" ? answer : socket) },
    });
    expect(await askDaemon(world)).toMatchObject({ trouble: { found: `no Docker daemon answers at ${socket}` } });
  });

  test("a docker that does not answer is told so", async () => {
    const programs = await makePrograms({ docker: "exec sleep 60" });
    const docker = createDocker({ PATH: `${programs.path}:/usr/bin:/bin` }, 100);
    expect(await askDaemon(createTestWorld({ docker }))).toMatchObject({
      trouble: { found: "the docker command fails: no answer within 0.1 s" },
    });
    await programs.close();
  });

  test("a docker that is not installed is told so", async () => {
    const world = createWorld({ PATH: "/nowhere" });
    expect(await askDaemon(world)).toMatchObject({ trouble: { found: "the docker command is not on the PATH" } });
    await world.close();
  });
});

const docker = findProgram("docker");
const withDocker = docker === undefined ? test.skip : test;

describe("the real docker command", () => {
  const keep = createKeep();

  /** As root, a docker that has given up being root: for root every socket is open. */
  async function findUnprivileged(): Promise<string> {
    if (process.getuid?.() !== 0) return process.env.PATH ?? "";
    const line = `exec setpriv --reuid 65534 --clear-groups --inh-caps=-all '${docker}' "$@"`;
    return `${keep(await makePrograms({ docker: line })).path}:${process.env.PATH}`;
  }

  withDocker("tells a socket without permission from one without a daemon", async () => {
    const folder = keep(await makePrograms({}));
    const path = join(folder.path, "docker.sock");
    const server = createServer().listen(path);
    await once(server, "listening");
    keep({ close: async () => void (await once(server.close(), "close")) });
    await chmod(path, 0o000);
    const env = { PATH: await findUnprivileged(), HOME: folder.path, DOCKER_HOST: `unix://${path}` };
    const world = keep(createWorld(env));
    expect(await askDaemon(world)).toMatchObject({
      trouble: { found: `you may not use the Docker socket unix://${path}` },
    });
    const deadPath = join(folder.path, "dead.sock");
    const dead = keep(createWorld({ ...env, DOCKER_HOST: `unix://${deadPath}` }));
    expect(await askDaemon(dead)).toMatchObject({
      trouble: { found: `no Docker daemon answers at unix://${deadPath}` },
    });
  });

  withDocker("tells a machine that cannot be reached, and a context that is not there", async () => {
    const { PATH, HOME } = process.env;
    const endpoint = `tcp://127.0.0.1:${await findFreePort()}`;
    const far = keep(createWorld({ PATH, HOME, DOCKER_HOST: endpoint }));
    expect(await askDaemon(far)).toMatchObject({
      trouble: { found: expect.stringContaining(`the Docker host ${endpoint} cannot be reached`) },
    });
    const lost = keep(createWorld({ PATH, HOME, DOCKER_CONTEXT: "gozcu-none" }));
    expect(await askDaemon(lost)).toMatchObject({
      trouble: { found: expect.stringContaining("does not know whom to ask") },
    });
  });

  withDocker("is understood where a daemon answers", async () => {
    const { PATH, HOME, DOCKER_HOST } = process.env;
    const world = keep(createWorld({ PATH, HOME, DOCKER_HOST }));
    const answers = await world.docker.ask("info").then(
      () => true,
      () => false,
    );
    const daemon = await askDaemon(world);
    expect("value" in daemon).toBe(answers);
  });
});
