import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, cp, readdir, readFile } from "node:fs/promises";
import { createServer, type ListenOptions } from "node:net";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { makePrograms } from "../doctor/test-site.ts";
import { findDocker } from "./docker/daemon.ts";
import { copyProject, type Project, type Said } from "./docker/project.ts";
import { createKeep } from "./keep.ts";
import { findFreePort, findProgram } from "./programs.ts";

const limitMs = 120_000;
const name = `gozcu-cdktf-${process.pid}`;
const isRoot = process.getuid?.() === 0;

const docker = await findDocker();
const withDocker = docker === undefined ? test.skip : test;
const withDockerCommand = findProgram("docker") === undefined ? test.skip : test;

/** A way to run a program that reaches no network, where this machine has one. */
function findIsolation(): readonly string[] {
  const program = findProgram("unshare");
  if (program === undefined) return [];
  const args = [...(isRoot ? [] : ["--map-root-user"]), "--net"];
  try {
    execFileSync(program, [...args, "true"], { stdio: "ignore" });
    return [program, ...args];
  } catch {
    return [];
  }
}

/** Every file below a folder, by its path in it. */
async function readFolder(folder: string): Promise<Readonly<Record<string, string>>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = await Promise.all(
    paths.toSorted().map(async (path) => [path.slice(folder.length + 1), await readFile(path, "utf8")]),
  );
  return Object.fromEntries(texts);
}

async function listen(options: ListenOptions): Promise<{ close(): Promise<void> }> {
  const server = createServer().listen(options);
  await once(server, "listening");
  return { close: async () => void (await once(server.close(), "close")) };
}

const wrong = { name, publish: { api: "nowhere" }, replicas: { worker: 99 } };
const problems = [
  'publish.api must be an address and a port such as 127.0.0.1:3000 or [::1]:3000, a port alone, or off (is "nowhere")',
  'replicas.worker must be a whole number from 1 to 16 (is "99")',
];

describe("cdktf synth", () => {
  const keep = createKeep();
  const given = "https://slack.example/a-secret-that-is-given";
  const isolation = findIsolation();
  let project: Project;
  const synth = async (tree: Project = project) => {
    // The programs that npm installs, and nothing else.
    const path = `PATH=${join(tree.path, "node_modules/.bin")}`;
    const { code, text } = await tree.run("env", path, ...isolation, "cdktf", "synth");
    expect([code, text]).toEqual([0, expect.stringContaining(`Generated Terraform code for the stacks: ${name}`)]);
    return readFolder(join(tree.path, "cdktf.out"));
  };

  beforeAll(async () => {
    project = keep(await copyProject({ SLACK_WEBHOOK_URL: given }));
  }, limitMs);

  test(
    "tells all that is wrong at once and nothing else, and makes no secrets",
    async () => {
      await project.configure(wrong);
      const { code, text } = await project.run("cdktf", "synth");
      const [head, ...lines] = text.trimEnd().split("\n");
      expect([code, head]).toEqual([1, "cdktf: the settings do not fit:"]);
      expect(lines.map((line) => line.replace(/^ {2}- gozcu\.yml:\d+: /, "")).toSorted()).toEqual(problems);
      expect(existsSync(join(project.path, ".gozcu"))).toBe(false);
      expect(existsSync(join(project.path, "cdktf.out"))).toBe(false);
    },
    limitMs,
  );

  test(
    "needs neither Docker nor Terraform nor a network, and shows no secret",
    async () => {
      await project.configure({ name });
      const written = await synth();
      expect(Object.keys(written)).toContain(`stacks/${name}/cdk.tf.json`);
      const secrets = await readFolder(join(project.path, ".gozcu/stacks", name, "secrets"));
      expect(Object.values(secrets)).toContain(given);
      const text = Object.values(written).join("\n");
      const shown = Object.entries(secrets).filter(([, secret]) => text.includes(secret.trim()));
      expect(shown.map(([file]) => file)).toEqual([]);
    },
    limitMs,
  );

  test(
    "writes the same twice, and in another folder with the same secrets",
    async () => {
      const written = await synth();
      expect(await synth()).toEqual(written);
      const other = keep(await copyProject({ SLACK_WEBHOOK_URL: given }));
      await other.configure({ name });
      await cp(join(project.path, ".gozcu"), join(other.path, ".gozcu"), { recursive: true });
      expect(await synth(other)).toEqual(written);
    },
    limitMs,
  );
});

describe("cdktf deploy", () => {
  const keep = createKeep();
  let project: Project;
  const deploy = (...env: readonly string[]) => project.run("env", ...env, "cdktf", "deploy", "--auto-approve");

  /** One message, in which a problem of that title is, and nothing was made. */
  async function expectRefusal({ code, text }: Said, title: string, found: string): Promise<void> {
    const [head, ...lines] = text.trimEnd().split("\n");
    expect([code, head]).toEqual([1, "deploy was not begun, nothing has been changed:"]);
    // Each with what was found, on lines of its own where there is more of it, and then how to mend it.
    const all = lines.join("\n").split(/^(?= {2}✗ )/m);
    for (const each of all) expect(each).toMatch(/^ {2}✗ .+\n(?: {6}\S.*\n)* {4}→ \S.*\n?$/);
    const told = all.filter((each) => each.startsWith(`  ✗ ${title}: `));
    expect(told).toEqual([expect.stringContaining(found)]);
    for (const folder of [".gozcu", "cdktf.out"]) expect(existsSync(join(project.path, folder))).toBe(false);
    for (const list of [
      ["ps", "--all"],
      ["volume", "ls"],
      ["network", "ls"],
    ])
      expect((await docker?.ask(...list, "--quiet", "--filter", `name=${name}`)) ?? "").toBe("");
  }

  beforeAll(async () => {
    project = keep(await copyProject({}));
  }, limitMs);

  test(
    "is not begun with a configuration that is wrong",
    async () => {
      await project.configure(wrong);
      const said = await deploy();
      for (const problem of problems) await expectRefusal(said, "Configuration", problem);
    },
    limitMs,
  );

  withDocker(
    "is not begun when a port is taken",
    async () => {
      const port = await findFreePort();
      keep(await listen({ host: "127.0.0.1", port }));
      await project.configure({ name, publish: { api: String(port) } });
      await expectRefusal(await deploy(), "Ports", `127.0.0.1:${port} is held by another program`);
    },
    limitMs,
  );

  withDocker(
    "is not begun when an image is missing and its registry cannot be reached",
    async () => {
      await project.configure({ name, images: { redis: "registry.invalid/redis:8" } });
      await expectRefusal(await deploy(), "Images", "registry.invalid cannot be reached");
    },
    limitMs,
  );

  withDockerCommand(
    "is not begun where no Docker daemon answers",
    async () => {
      await project.configure({ name });
      const socket = join(project.path, "dead.sock");
      await expectRefusal(
        await deploy(`DOCKER_HOST=unix://${socket}`),
        "Docker",
        `no Docker daemon answers at unix://${socket}`,
      );
    },
    limitMs,
  );

  withDockerCommand(
    "is not begun by somebody who may not use the Docker socket",
    async () => {
      await project.configure({ name });
      const path = join(keep(await makePrograms({})).path, "docker.sock");
      keep(await listen({ path }));
      await chmod(path, 0o000);
      // For root every socket is open, so docker gives up being root.
      const line = `exec setpriv --reuid 65534 --clear-groups --inh-caps=-all '${findProgram("docker")}' "$@"`;
      const programs = keep(await makePrograms(isRoot ? { docker: line } : {}));
      const said = await deploy(
        `DOCKER_HOST=unix://${path}`,
        `PATH=${programs.path}:${join(project.path, "node_modules/.bin")}:${process.env.PATH}`,
      );
      await expectRefusal(said, "Docker", `you may not use the Docker socket unix://${path}`);
    },
    limitMs,
  );
});

describe("the command cdktf", () => {
  const keep = createKeep();

  test(
    "tells what it can do, even where nothing can be done",
    async () => {
      const project = keep(await copyProject({ DOCKER_HOST: "unix:///nowhere" }));
      await project.configure(wrong);
      for (const args of [["--help"], ["deploy", "--help"], ["deploy", "-h"]]) {
        const { code, text } = await project.run("cdktf", ...args);
        expect([code, text]).toEqual([0, expect.stringContaining("deploy")]);
        expect(text).not.toContain("was not begun");
      }
    },
    limitMs,
  );

  test("is what the scripts of npm run", async () => {
    const { scripts } = JSON.parse(await readFile(new URL("../../package.json", import.meta.url), "utf8"));
    const commands = ["synth", "deploy", "diff", "destroy"].map((command) => [command, `cdktf ${command}`]);
    expect(scripts).toMatchObject({ ...Object.fromEntries(commands), doctor: "node infra/doctor.ts" });
  });
});
