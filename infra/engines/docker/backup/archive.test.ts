import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer, text } from "node:stream/consumers";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { pack } from "tar-stream";
import { readTestStack } from "../../../stack/test-stack.ts";
import type { Docker } from "../docker-cli.ts";
import { readParts, verifyArchive } from "./archive-reader.ts";
import { writeArchive } from "./archive-writer.ts";
import { archiveName, formatVersion, type Manifest } from "./manifest.ts";
import { type PartName, partFiles, partNames } from "./parts.ts";
import { restoreStack } from "./restore-stack.ts";

const never = new AbortController().signal;
const contents = {
  redis: Buffer.alloc(70_000, "redis"),
  postgres: Buffer.from("PGDMP and so on"),
  grafana: Buffer.alloc(512, "grafana"),
  prometheus: Buffer.alloc(0),
} as const satisfies Readonly<Record<PartName, Buffer>>;

const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

const parts = partNames.map((service) => ({
  service,
  file: partFiles[service],
  bytes: contents[service].length,
  sha256: sha256(contents[service]),
  counts: { files: 1 },
}));
const manifest = {
  format: formatVersion,
  stack: "gozcu",
  createdAt: "2026-11-23T21:30:00.000Z",
  gozcu: "0.1.0",
  images: { redis: "redis:8.10.2" },
  parts: parts as unknown as Manifest["parts"],
} as const satisfies Manifest;

interface Entry {
  readonly name: string;
  readonly content: Buffer;
  readonly type?: "symlink";
}

const entryOf = (service: PartName): Entry => ({ name: partFiles[service], content: contents[service] });

/** An archive made by hand, of anything. */
async function renderEntries(entries: readonly Entry[], behind?: Buffer): Promise<Buffer> {
  const archive = pack();
  for (const { name, content, type } of entries)
    if (type === undefined) archive.entry({ name }, content);
    else archive.entry({ name, type, linkname: "/etc/passwd" });
  archive.finalize();
  return gzipSync(Buffer.concat([await buffer(archive), ...(behind === undefined ? [] : [behind])]));
}

interface Contents {
  readonly manifest?: object;
  readonly only?: readonly PartName[];
  readonly more?: readonly Entry[];
  readonly behind?: Buffer;
}

function renderArchive({ manifest: head = manifest, only = partNames, more = [], behind }: Contents): Promise<Buffer> {
  const first = { name: "manifest.json", content: Buffer.from(JSON.stringify(head)) };
  return renderEntries([first, ...only.map(entryOf), ...more], behind);
}

/** Fails the test that lets anybody touch the stack. */
const untouchable: Docker = {
  ask: (...args) => Promise.reject(new Error(`docker ${args.join(" ")} was called`)),
  pipe: (args) => Promise.reject(new Error(`docker ${args.join(" ")} was called`)),
};

describe("an archive", () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "gozcu-"));
    path = join(folder, "backup.tar.gz");
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function write() {
    for (const service of partNames) await writeFile(join(folder, partFiles[service]), contents[service]);
    return writeArchive({ path, folder, manifest, signal: never });
  }
  const save = async (archive: Promise<Buffer>) => writeFile(path, await archive);
  const restore = (stack = readTestStack()) =>
    restoreStack({ docker: untouchable, stack, archive: path, say: () => {} });

  test("is read as it was written", async () => {
    const { bytes, sha256: sum } = await write();
    expect(await verifyArchive(path)).toEqual(manifest);
    const file = await readFile(path);
    expect({ bytes, sum }).toEqual({ bytes: file.length, sum: sha256(file) });
    const read: Record<string, string> = {};
    for await (const { part, content } of readParts(path, manifest)) read[part.service] = await text(content);
    expect(read).toEqual(Object.fromEntries(partNames.map((name) => [name, contents[name].toString()])));
  });

  test("is for its owner alone, and the files that it was made from are gone", async () => {
    await write();
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(["backup.tar.gz"]);
  });

  test("gives a part also when the ones before it are not read", async () => {
    await write();
    for await (const { part, content } of readParts(path, manifest))
      if (part.service === "grafana") expect(await text(content)).toBe(contents.grafana.toString());
  });

  test("is called after its stack and its second", () => {
    expect(archiveName("mine", new Date("2026-11-23T21:30:00.999Z"))).toBe("gozcu-mine-2026-11-23T21-30-00Z.tar.gz");
  });

  const damages: readonly (readonly [name: string, reason: RegExp, damage: () => Promise<void>])[] = [
    ["there is none", /no such file/, async () => rm(path)],
    ["it is empty", /cut off/, async () => truncate(path, 0)],
    ["it is cut off", /cut off/, async () => truncate(path, (await stat(path)).size - 20)],
    ["it is something else", /no archive at all/, () => writeFile(path, "once upon a time")],
    [
      "it is something else, compressed",
      /no archive at all/,
      () => writeFile(path, gzipSync(Buffer.alloc(2_000, "a tale"))),
    ],
    [
      "one compressed byte is another",
      /is refused/,
      async () => {
        const bytes = await readFile(path);
        const at = Math.floor(bytes.length / 2);
        await writeFile(path, bytes.fill((bytes[at] ?? 0) ^ 0xff, at, at + 1));
      },
    ],
    [
      "one byte of a part is another",
      /redis\.tar is not what was saved/,
      async () => {
        const bytes = gunzipSync(await readFile(path));
        const at = bytes.indexOf("redisredis");
        await writeFile(path, gzipSync(bytes.fill("x", at, at + 1)));
      },
    ],
    [
      "a part is shorter than was noted",
      /postgres\.dump has 15 bytes, and 16 were saved/,
      () => {
        const changed = parts.map((part) => (part.service === "postgres" ? { ...part, bytes: 16 } : part));
        return save(renderArchive({ manifest: { ...manifest, parts: changed } }));
      },
    ],
    [
      "a part is missing",
      /prometheus\.tar are missing/,
      () => save(renderArchive({ only: ["redis", "postgres", "grafana"] })),
    ],
    [
      "there is a file more",
      /"more\.txt", which is no part/,
      () => save(renderArchive({ more: [{ name: "more.txt", content: Buffer.from("more") }] })),
    ],
    [
      "a part is there twice",
      /"redis\.tar", which is no part/,
      () => save(renderArchive({ more: [entryOf("redis")] })),
    ],
    [
      "a path leads out of it",
      /"\.\.\/passwd", which is no part/,
      () => save(renderArchive({ more: [{ name: "../passwd", content: Buffer.from("root") }] })),
    ],
    [
      "a part is a link",
      /"prometheus\.tar", which is no part/,
      () => {
        const more = [{ name: "prometheus.tar", content: Buffer.alloc(0), type: "symlink" }] as const;
        return save(renderArchive({ only: ["redis", "postgres", "grafana"], more }));
      },
    ],
    ["something stands behind its end", /damaged/, () => save(renderArchive({ behind: Buffer.alloc(512, "more") }))],
    [
      "its format is a later one",
      /of format 2, and this version of Gözcü reads format 1/,
      () => save(renderArchive({ manifest: { format: 2, contents: [] } })),
    ],
    [
      "its manifest is wrong",
      /manifest\.json is wrong.*createdAt/s,
      () => save(renderArchive({ manifest: { ...manifest, createdAt: "yesterday" } })),
    ],
    [
      "its manifest names a path of its own",
      /not the file of its service/,
      () => {
        const changed = parts.map((part) => (part.service === "redis" ? { ...part, file: "../redis.tar" } : part));
        return save(renderArchive({ manifest: { ...manifest, parts: changed } }));
      },
    ],
    ["it has no manifest", /does not begin with manifest\.json/, () => save(renderEntries([entryOf("redis")]))],
  ];
  test.each(damages)("is refused, and nothing is touched, when %s", async (_name, reason, damage) => {
    await write();
    await damage();
    await expect(restore()).rejects.toThrow(reason);
  });

  test("is refused by a stack with other services", async () => {
    await write();
    const stack = readTestStack("", { DATABASE_URL: "postgres://you@database.example/gozcu" });
    await expect(restore(stack)).rejects.toThrow(
      /holds grafana, postgres, prometheus, redis, and the stack gozcu keeps/,
    );
  });
});
