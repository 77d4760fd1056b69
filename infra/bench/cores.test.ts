import { describe, expect, test } from "@jest/globals";
import { describeCores, pin, readCoreList } from "./cores.ts";

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
    expect(describeCores({ server: 2, load: 3 })).toContain("the server to core 2");
    expect(describeCores(undefined)).toContain("Not pinned");
  });
});
