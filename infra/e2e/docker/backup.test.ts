import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gunzipSync, gzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { verifyArchive } from "../../engines/docker/backup/archive-reader.ts";
import { type Backup, backupStack } from "../../engines/docker/backup/backup-stack.ts";
import { restoreStack } from "../../engines/docker/backup/restore-stack.ts";
import { dockerNames } from "../../engines/docker/names.ts";
import { readStack, type Stack } from "../../stack/stack.ts";
import { images } from "../../topology/images.ts";
import { tellSecret } from "../../topology/test-ground.ts";
import { createKeep } from "../keep.ts";
import { makeFolder } from "../programs.ts";
import { findImageBuilder } from "./image-builder.ts";
import { buildTestImages } from "./images.ts";
import { createPlainStack, type Keeper, keepers, type PlainStack } from "./plain-stack.ts";

const found = await findImageBuilder();
const root = fileURLToPath(new URL("../../../", import.meta.url));
const run = promisify(execFile);

const buildDeadlineMs = 1_200_000;
const testDeadlineMs = 240_000;
const imageNames = ["postgres", "redis", "grafana", "prometheus", "busybox"] as const;

const describeWithDocker = found === undefined ? describe.skip : describe;

describeWithDocker("backup and restore (needs Docker and debootstrap)", () => {
  if (found === undefined) return;
  const docker = found;
  const keep = createKeep();
  const name = `bk-${process.pid}`;
  let env: Record<string, string>;
  let stack: Stack;
  let plain: PlainStack;
  let folder: string;
  let backup: Backup;
  const said: string[] = [];
  const say = (line: string) => said.push(line);

  const container = (service: Parameters<typeof dockerNames.container>[1]) => dockerNames.container(name, service, 1);
  const inside = (service: Keeper, ...command: readonly string[]) =>
    docker.ask("exec", "--interactive", container(service), ...command);
  const listPaused = () => docker.ask("ps", "--quiet", "--filter", `name=^${name}-`, "--filter", "status=paused");

  const sql = (statement: string, database = "gozcu") =>
    inside("postgres", "psql", "-U", "gozcu", "-d", database, "-qAt", "-c", statement).then((answer) => answer.trim());
  const redis = (...command: readonly string[]) =>
    inside(
      "redis",
      "redis-cli",
      "--user",
      "gozcu",
      "--pass",
      tellSecret("redis-password"),
      "--no-auth-warning",
      ...command,
    ).then((answer) => answer.trim());
  const countStarts = async () =>
    (JSON.parse(await inside("grafana", "cat", "/var/lib/grafana/grafana.db")) as { starts: number }).starts;

  async function migrate() {
    const migrations = join(root, "app/adapters/postgres/migrations");
    for (const file of (await readdir(migrations)).toSorted())
      await docker.pipe(["exec", "-i", container("postgres"), "psql", "-U", "gozcu", "-q", "-v", "ON_ERROR_STOP=1"], {
        input: Readable.from([await readFile(join(migrations, file))]),
      });
  }

  async function fill() {
    await migrate();
    await sql(`insert into jobs (id, type, input, status)
      select gen_random_uuid(), 'image', '{}', (array['pending', 'completed', 'failed'])[1 + n % 3]
      from generate_series(1, 30000) n`);
    await redis("set", "kept", "yes");
    // A block of samples from an hour that is long over.
    const samples = "# TYPE kept gauge\nkept 1 1700000000\nkept 2 1700000060\n# EOF\n";
    const file = "/prometheus/samples.txt";
    await docker.pipe(["exec", "-i", container("prometheus"), "tee", file], { input: Readable.from([samples]) });
    const blocks = ["promtool", "tsdb", "create-blocks-from", "openmetrics", file, "/prometheus"];
    await docker.ask("exec", "--env", "TMPDIR=/prometheus", container("prometheus"), ...blocks);
  }

  const countJobs = () =>
    sql(
      "select string_agg(status || count, ' ' order by status) from (select status, count(*) from jobs group by 1) s",
    );
  const filled = "completed10000 failed10000 pending10000";
  const listSamples = () =>
    inside("prometheus", "promtool", "tsdb", "dump", "--match={__name__='kept'}", "/prometheus");
  const startTimes = () =>
    docker.ask("inspect", "--format", "{{.State.StartedAt}}", ...keepers.map(container), container("api"));

  beforeAll(async () => {
    const references = await buildTestImages(docker, imageNames);
    env = {
      GOZCU_NAME: name,
      ...Object.fromEntries(imageNames.map((image) => [`GOZCU_IMAGES_${image.toUpperCase()}`, references[image]])),
    };
    stack = readStack({ text: "", file: "gozcu.yml", env });
    plain = createPlainStack(docker, stack);
    folder = keep(await makeFolder()).path;
    keep({ close: plain.wipe });
    await plain.start();
    await fill();
  }, buildDeadlineMs);

  test(
    "an archive tells what is in it",
    async () => {
      backup = await backupStack({ docker, stack, folder, say });
      expect(await verifyArchive(backup.path)).toEqual(backup.manifest);
      const counts = Object.fromEntries(backup.manifest.parts.map((part) => [part.service, part.counts]));
      expect(counts.postgres).toMatchObject({ jobs: 30_000, pending: 10_000, completed: 10_000, failed: 10_000 });
      expect(counts.prometheus).toMatchObject({ blocks: 1 });
      expect(await readdir(folder)).toEqual([expect.stringMatching(/^gozcu-bk-\d+-[\dT-]+Z\.tar\.gz$/)]);
      expect((await stat(backup.path)).mode & 0o777).toBe(0o600);
      expect(said.join("\n")).toMatch(/redis .* stood still for \d+ ms/);
      process.stderr.write(`${said.join("\n")}\n`);
    },
    testDeadlineMs,
  );

  test(
    "an interrupted one leaves nothing behind, and nothing standing still",
    async () => {
      for (const word of ["redis", "postgres", "grafana"]) {
        const stop = new AbortController();
        const options = { docker, stack, folder, signal: stop.signal };
        const interrupted = backupStack({ ...options, say: (line) => line.startsWith(word) && stop.abort() });
        await expect(interrupted).rejects.toThrow("interrupted; nothing is left behind");
      }
      expect(await readdir(folder)).toHaveLength(1);
      expect(await listPaused()).toBe("");
    },
    testDeadlineMs,
  );

  test(
    "Ctrl-C while Redis stands still lets it go on",
    async () => {
      const filters = ["--filter", `container=${container("redis")}`, "--filter", "event=pause"];
      const events = spawn("docker", ["events", ...filters], { stdio: ["ignore", "pipe", "ignore"] });
      const paused = once(events.stdout, "data");
      const to = join(folder, "interrupted");
      // A terminal tells everybody in the group, the docker commands too.
      const command = spawn(process.execPath, ["infra/backup.ts", "--to", to], {
        ...{ cwd: root, env: { ...process.env, ...env }, detached: true },
        stdio: ["ignore", "ignore", "pipe"],
      });
      const complaint = text(command.stderr);
      const ended = once(command, "close");
      await paused;
      process.kill(-Number(command.pid), "SIGINT");
      expect(await ended).toEqual([1, null]);
      events.kill();
      expect(await complaint).toBe("backup: interrupted; nothing is left behind\n");
      expect(await readdir(folder)).toHaveLength(1);
      expect(await listPaused()).toBe("");
    },
    testDeadlineMs,
  );

  test(
    "a damaged one, and one that holds something else than it says, leave everything as it was",
    async () => {
      const before = await startTimes();
      const archive = join(folder, "damaged.tar.gz");
      await writeFile(archive, await readFile(backup.path));
      await truncate(archive, backup.bytes - 100);
      await expect(restoreStack({ docker, stack, archive, say })).rejects.toThrow("cut off");
      const bytes = gunzipSync(await readFile(backup.path));
      const at = bytes.indexOf('"pending": 10000');
      bytes.write('"pending": 10001', at, "latin1");
      await writeFile(archive, gzipSync(bytes));
      await expect(restoreStack({ docker, stack, archive, say })).rejects.toThrow(
        /nothing was replaced.*10001 pending/,
      );
      expect(await startTimes()).toBe(before);
      expect(await countJobs()).toBe(filled);
      expect(await sql("select count(*) from pg_database where datname like 'gozcu_%'")).toBe("0");
      expect(await inside("redis", "ls", "-A", "/data")).not.toContain(".gozcu-restore");
    },
    testDeadlineMs,
  );

  test(
    "everything is there again on a host that has lost it",
    async () => {
      await plain.wipe();
      await plain.start();
      await migrate();
      expect(await countJobs()).toBe("");
      await restoreStack({ docker, stack, archive: backup.path, say });
      expect(await countJobs()).toBe(filled);
      expect(await redis("get", "kept")).toBe("yes");
      expect(await listSamples()).toMatch(/"kept"\} 2 1700000060000/);
      // As many as were saved, and the one after the restore.
      expect(await countStarts()).toBe(2);
      for (const service of ["redis", "grafana", "prometheus"] as const) {
        const { uid, data } = images[service];
        expect(await inside(service, "find", data, "!", "-user", String(uid))).toBe("");
        expect(await inside(service, "ls", "-A", data)).not.toContain(".gozcu-restore");
      }
      expect(await sql("select count(*) from pg_database where datname like 'gozcu_%'")).toBe("0");
    },
    testDeadlineMs,
  );

  test(
    "by the commands: what has come since is gone, also when a restore was killed halfway before",
    async () => {
      const node = (...args: readonly string[]) =>
        run(process.execPath, args, { cwd: root, env: { ...process.env, ...env } });
      const to = join(folder, "new");
      await node("infra/backup.ts", "--to", to);
      const [archive = ""] = await readdir(to);
      await sql("insert into jobs (id, type, input) values (gen_random_uuid(), 'image', '{}')");
      await redis("set", "kept", "no");
      await sql("create database gozcu_restore");
      await sql("create database gozcu_before_restore");
      await inside("redis", "mkdir", "-p", "/data/.gozcu-restore/old/appendonlydir", "/data/.gozcu-restore/new/x");
      // Killed between stopping and starting, it leaves services that are stopped.
      const restore = ["infra/restore.ts", "--yes", join(to, archive)];
      const killed = spawn(process.execPath, restore, {
        ...{ cwd: root, env: { ...process.env, ...env } },
        stdio: ["ignore", "pipe", "ignore"],
      });
      const gone = once(killed, "close");
      for await (const line of createInterface({ input: killed.stdout }))
        if (line === "redis is stopped") killed.kill("SIGKILL");
      expect(await gone).toEqual([null, "SIGKILL"]);
      const { stdout } = await node(...restore);
      expect(stdout).toContain(`the stack ${name} is restored`);
      expect(await countJobs()).toBe(filled);
      expect(await redis("get", "kept")).toBe("yes");
    },
    testDeadlineMs,
  );
});
