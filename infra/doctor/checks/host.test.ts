import { describe, expect, test } from "@jest/globals";
import { createTestFacts, gib, tell } from "../test-site.ts";
import { diskCheck } from "./disk.ts";
import { dockerCheck } from "./docker.ts";
import { memoryCheck } from "./memory.ts";
import { nodeCheck } from "./node.ts";

describe("the checks of the Docker host", () => {
  test.each([
    [4.9, "wrong"],
    [5, "warning"],
    [9.9, "warning"],
    [10, "fine"],
  ])("%d GiB of free disk are %s", async (freeGib, state) => {
    const facts = createTestFacts({ world: { freeBytes: () => Promise.resolve(freeGib * gib) } });
    const finding = await tell(diskCheck, facts);
    expect(finding).toMatchObject({ state });
    expect(finding?.found).toContain(`${freeGib.toFixed(1)} GiB free where Docker keeps its data (/var/lib/docker)`);
  });

  test("the disk of another machine is not known, and not complained of", async () => {
    expect(await tell(diskCheck, createTestFacts({ daemon: { isLocal: false } }))).toMatchObject({ state: "fine" });
  });

  test.each([
    [0.9, "wrong"],
    [2, "warning"],
    [8, "fine"],
  ])("%d GiB of memory are %s", async (memoryGib, state) => {
    const finding = await tell(memoryCheck, createTestFacts({ daemon: { MemTotal: memoryGib * gib } }));
    expect(finding).toMatchObject({ state });
  });

  test.each([
    [{ ServerVersion: "19.03.15" }, "wrong", "20.10 is the least"],
    [{ OSType: "windows" }, "wrong", "runs windows containers"],
    [{ MemoryLimit: false }, "warning", "cannot limit memory"],
    [{ isLocal: false, endpoint: "ssh://deploy@build.example" }, "fine", "at ssh://deploy@build.example"],
    [{}, "fine", "28.2.2 on this machine, Debian GNU/Linux 12 (bookworm), storage overlay2"],
  ])("a daemon with %j is %s", async (daemon, state, found) => {
    expect(await tell(dockerCheck, createTestFacts({ daemon }))).toMatchObject({
      state,
      found: expect.stringContaining(found),
    });
  });
});

describe("the check of Node", () => {
  const npm = { run: () => Promise.resolve({ code: 0, said: "11.0.0\n" }) };
  test.each([
    [{ nodeVersion: "22.18.0", ...npm }, "wrong", "Node 22.18.0, and 24 is the least"],
    [{ nodeVersion: "24.1.0", ...npm }, "fine", "24.1.0, npm 11.0.0"],
    [{}, "warning", "Node 24.1.0; npm does not run: it is not on the PATH"],
  ])("case %#", async (world, state, found) => {
    expect(await tell(nodeCheck, createTestFacts({ world }))).toMatchObject({ state, found });
  });
});
