import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { compare } from "bcryptjs";
import { readConfig } from "../../app/config.ts";
import { markSecret, type SecretName } from "../topology/secret.ts";
import { openSecretStore } from "./secret-store.ts";

describe("the secrets of a stack", () => {
  let parent = "";
  let folder = "";
  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), "gozcu-test-"));
    folder = join(parent, "stacks", "gozcu", "secrets");
  });
  afterEach(() => rm(parent, { recursive: true, force: true }));

  const made = [
    ...["postgres-password", "redis-password", "grafana-password", "grafana-secret-key", "api-keys"],
    ...["alerts-token", "webhook-secret", "monitoring-password", "monitoring-password-hash"],
  ] as const satisfies readonly SecretName[];

  const read = (name: SecretName) => readFile(join(folder, name), "utf8");
  async function readAll(): Promise<Readonly<Record<string, string>>> {
    const names = await readdir(folder);
    return Object.fromEntries(
      await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), "utf8")] as const)),
    );
  }
  async function provide(needed: readonly SecretName[], given: Readonly<Partial<Record<SecretName, string>>> = {}) {
    const store = await openSecretStore(folder);
    await store.provide(needed, given);
    return store;
  }

  test("are files for their owner alone, in a folder for its owner alone", async () => {
    const store = await provide(made);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    for (const name of made) expect((await stat(store.path(name))).mode & 0o777).toBe(0o600);
  });

  test("are made where nothing was given, long enough, each another, and as the service takes them", async () => {
    await provide(made);
    const texts = await readAll();
    expect(new Set(Object.values(texts)).size).toBe(made.length + 1);
    for (const name of ["postgres-password", "redis-password", "grafana-password", "grafana-secret-key"])
      expect(texts[name]).toMatch(/^[\w-]{43}$/);
    expect(texts["api-keys"]).toMatch(/^gz_[\w-]{32}$/);
    const config = readConfig({
      API_KEYS: texts["api-keys"],
      ALERTS_TOKEN: texts["alerts-token"],
      WEBHOOK_SECRET: texts["webhook-secret"],
    });
    expect(config.WEBHOOK_SECRET).toBe(texts["webhook-secret"]);
  });

  test("stay the same from then on", async () => {
    await provide(made);
    const before = await readAll();
    await provide(made);
    expect(await readAll()).toEqual(before);
  });

  test("are the same for two that make them at once", async () => {
    const stores = await Promise.all([provide(["api-keys"]), provide(["api-keys"])]);
    const [one, other] = stores.map((store) => store.fingerprint(markSecret("api-keys")));
    expect(one).toBe(other);
    expect((await readdir(folder)).toSorted()).toEqual(["api-keys", "fingerprint-key"]);
  });

  test("have the hash of the password that there is, also when that was changed by hand", async () => {
    await provide(["monitoring-password-hash"]);
    expect(await compare(await read("monitoring-password"), await read("monitoring-password-hash"))).toBe(true);
    await writeFile(join(folder, "monitoring-password"), "chosen-by-hand");
    await provide(made);
    expect(await compare("chosen-by-hand", await read("monitoring-password-hash"))).toBe(true);
  });

  test("follow what is given, to the letter, and stay when it may only have been forgotten", async () => {
    await provide(["slack-url", "api-keys"], {
      "slack-url": "https://one.example",
      "api-keys": "given-key-0123456789",
    });
    expect([await read("slack-url"), await read("api-keys")]).toEqual(["https://one.example", "given-key-0123456789"]);
    await provide(["slack-url", "api-keys"], { "slack-url": "https://two.example" });
    expect([await read("slack-url"), await read("api-keys")]).toEqual(["https://two.example", "given-key-0123456789"]);
    await provide(["api-keys"]);
    expect((await readdir(folder)).toSorted()).toEqual(["api-keys", "fingerprint-key", "slack-url"]);
  });

  test("that were made are kept when they are not needed for a while: a data volume may depend on them", async () => {
    await provide(["postgres-password"]);
    const before = await read("postgres-password");
    await provide([]);
    expect(await read("postgres-password")).toBe(before);
  });

  test("that only the operator can give are asked for by the names of their settings, before anything is written", async () => {
    await expect(provide(["database-url", "remote-write-password", "api-keys"])).rejects.toThrow(
      "secrets are missing: set DATABASE_URL, REMOTE_WRITE_PASSWORD in the environment",
    );
    expect(await readdir(folder)).toEqual(["fingerprint-key"]);
  });

  describe("in a text", () => {
    const text = `url: ${markSecret("redis-password")}`;

    test("give it a fingerprint that changes with them and with the text, and tells neither", async () => {
      const store = await provide(["redis-password"]);
      const before = store.fingerprint(text);
      expect(before).toMatch(/^[0-9a-f]{64}$/);
      expect((await provide(["redis-password"])).fingerprint(text)).toBe(before);
      expect(store.fingerprint(`${text} `)).not.toBe(before);
      await writeFile(join(folder, "redis-password"), "another");
      expect((await provide(["redis-password"])).fingerprint(text)).not.toBe(before);
    });

    test("are hashed with a key of the stack, so that nobody else can try out what they are", async () => {
      const fingerprint = (await provide([])).fingerprint("text");
      folder = join(parent, "another");
      expect((await provide([])).fingerprint("text")).not.toBe(fingerprint);
    });

    test("must have been provided", async () => {
      const store = await provide([]);
      expect(() => store.fingerprint(text)).toThrow("the secret redis-password was not provided");
    });
  });

  describe("are refused", () => {
    test("in a folder that others may look into", async () => {
      await mkdir(folder, { recursive: true });
      await chmod(folder, 0o750);
      await expect(openSecretStore(folder)).rejects.toThrow(/open to others \(mode 750\): chmod 700/);
    });

    test("in a folder that is a link or a file", async () => {
      await symlink(tmpdir(), join(parent, "link"));
      await expect(openSecretStore(join(parent, "link"))).rejects.toThrow(
        /must be a folder for secrets, and is a link/,
      );
      await writeFile(join(parent, "file"), "");
      await expect(openSecretStore(join(parent, "file"))).rejects.toThrow(/cannot be made/);
    });

    test.each([
      ["that others may read", (path: string) => chmod(path, 0o644), /open to others \(mode 644\): chmod 600/],
      ["that is empty", (path: string) => writeFile(path, ""), /is empty: put it back, or delete the file/],
      ["that is a link", (path: string) => rm(path).then(() => symlink("/dev/null", path)), /it is a symbolic link/],
      ["that is a folder", (path: string) => rm(path).then(() => mkdir(path)), /it is no file/],
    ])("in a file %s", async (_, spoil, problem) => {
      await provide(["redis-password"]);
      const secret = await read("redis-password");
      await spoil(join(folder, "redis-password"));
      const failure = await provide(["redis-password"]).catch((error: Error) => error.message);
      expect(failure).toMatch(problem);
      expect(failure).not.toContain(secret);
    });
  });
});
