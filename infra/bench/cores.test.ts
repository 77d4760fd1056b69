import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { describeCores, findCores, pin, readCoreList, runOn } from "./cores.ts";

const programs = { measured: "the server", beside: "wrk" };
const readOwnList = () => /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
const cores = findCores();
const withCores = cores === undefined ? test.skip : test;

describe("cores", () => {
  test("are read from the kernel's list of ranges", () => {
    expect(readCoreList("0-1")).toEqual([0, 1]);
    expect(readCoreList("3")).toEqual([3]);
    expect(readCoreList("0-2,5,8-9")).toEqual([0, 1, 2, 5, 8, 9]);
  });

  test("are given to a command, which stays as it is when there is none to give", () => {
    expect(pin(["wrk", "-t1"], 1)).toEqual(["taskset", "--cpu-list", "1", "wrk", "-t1"]);
    expect(pin(["wrk", "-t1"], undefined)).toEqual(["wrk", "-t1"]);
  });

  test("are told of, and the lack of them too", () => {
    expect(describeCores({ server: 2, load: 3 }, programs)).toBe("Pinned: the server to core 2, wrk to core 3.");
    expect(describeCores(undefined, programs)).toContain("the server shared its cores with wrk");
  });

  withCores("hold this process while it works, and let it go when the work fails", async () => {
    const before = readOwnList();
    let meanwhile: string | undefined;
    const work = async () => {
      meanwhile = readOwnList();
      throw new Error("stopped");
    };
    await expect(runOn(cores?.load, work)).rejects.toThrow("stopped");
    expect(meanwhile).toBe(String(cores?.load));
    expect(readOwnList()).toBe(before);
  });
});
