import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { synthesiseStack, testStacks } from "../../engines/docker/test-synthesis.ts";
import { images } from "../../topology/images.ts";
import { createKeep } from "../keep.ts";
import { makeFolder } from "../programs.ts";
import { findImageBuilder } from "./image-builder.ts";
import { buildTestImages } from "./images.ts";

const found = await findImageBuilder();
const limitMs = 300_000;
const keep = createKeep();
const volume = `gozcu-volume-${process.pid}`;
const filler = `${volume}-filler`;

(found === undefined ? test.skip : test)(
  "what prepares a volume removes a file that is uploaded no longer, and gives the other away (needs Docker and debootstrap)",
  async () => {
    if (found === undefined) return;
    const { ask } = found;
    const { busybox } = await buildTestImages(found, ["busybox"]);
    const preparation = synthesiseStack(testStacks["nothing set"]).resource.docker_container["jaeger-files"];
    if (preparation === undefined) throw new Error("Jaeger has no files");
    const { command, upload, capabilities, security_opts, network_mode = "", user } = preparation;
    expect(upload.map(({ file }) => file)).toEqual(["/volume/jaeger.yml"]);

    const { path: folder } = keep(await makeFolder());
    await mkdir(join(folder, "earlier"));
    for (const name of ["jaeger.yml", "earlier/stale.yml"])
      await writeFile(join(folder, name), "text", { mode: 0o400 });
    await ask("volume", "create", volume);
    keep({ close: () => ask("volume", "rm", volume) });
    keep({ close: () => ask("rm", "--force", filler) });
    await ask(
      ...["create", "--name", filler, "--volume", `${volume}:/volume`, "--network", network_mode, "--user", user],
      ...capabilities.drop.flatMap((name) => ["--cap-drop", name]),
      ...capabilities.add.flatMap((name) => ["--cap-add", name]),
      ...security_opts.flatMap((option) => ["--security-opt", option]),
      ...[busybox, ...command],
    );
    await ask("cp", `${folder}/.`, `${filler}:/volume`);
    await ask("start", "--attach", filler);

    const list = ["find", "/volume", "-exec", "stat", "-c", "%n %u:%g", "{}", "+"];
    const said = await ask("run", "--rm", "--network", "none", "--volume", `${volume}:/volume`, busybox, ...list);
    const left = ["/volume", "/volume/earlier", "/volume/jaeger.yml"];
    const { uid, gid } = images.jaeger;
    const lines = said.trim().split("\n");
    expect(lines.toSorted((a, b) => a.localeCompare(b))).toEqual(left.map((path) => `${path} ${uid}:${gid}`));
  },
  limitMs,
);
