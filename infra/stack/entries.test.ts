import { describe, expect, test } from "@jest/globals";
import { readEntries } from "./entries.ts";

function read(text: string) {
  const problems: string[] = [];
  const entries = readEntries(text, "gozcu.yml", problems);
  return {
    problems,
    entries: Object.fromEntries([...entries].map(([path, { at, text: value }]) => [path, `${at} ${value}`])),
  };
}

describe("what a YAML file sets", () => {
  test("is taken as the text that stands there, with its line", () => {
    const { entries, problems } = read(
      "# a comment\nname: off\npublish:\n  api: 3000\n  jaeger: 'on'\n  grafana:\nid: 007\n",
    );
    expect(problems).toEqual([]);
    expect(entries).toEqual({
      name: "gozcu.yml:2: off",
      "publish.api": "gozcu.yml:4: 3000",
      "publish.jaeger": "gozcu.yml:5: on",
      "publish.grafana": "gozcu.yml:6: ",
      id: "gozcu.yml:7: 007",
    });
  });

  test.each(["", "\n", "# nothing\n", "---\n", "---\n# nothing\n", "~\n", "{}\n"])("may be nothing (%j)", (text) => {
    expect(read(text)).toEqual({ entries: {}, problems: [] });
  });

  test("is nothing where it is null or an empty section, and the text in quotes", () => {
    expect(read("a: null\nb: ~\nc: {}\nd: 'null'\n").entries).toEqual({
      a: "gozcu.yml:1: ",
      b: "gozcu.yml:2: ",
      c: "gozcu.yml:3: ",
      d: "gozcu.yml:4: null",
    });
  });

  test("is no list, and no reference to something else", () => {
    expect(read("a: &x 1\nb: [1, 2]\nc: *x\n").problems).toEqual([
      "gozcu.yml:2: b must be one value, or a section of settings",
      "gozcu.yml:3: c must be one value, or a section of settings",
    ]);
    expect(read("- a\n").problems).toEqual(["gozcu.yml:1: there must be settings, such as name: gozcu"]);
  });

  test("is nothing where it is no YAML, and the line is named but not repeated", () => {
    const { entries, problems } = read("a: 1\nb: hunter2: c\n");
    expect(entries).toEqual({});
    expect(problems).toEqual([expect.stringMatching(/^gozcu.yml:2: /)]);
    expect(problems.join()).not.toContain("hunter2");
  });

  test("stands in one document, of a length that people write", () => {
    expect(read("a: 1\n---\nb: 2\n").problems).toEqual([
      "gozcu.yml:2: a second document begins here: all settings stand in one",
    ]);
    expect(read("# much\n".repeat(20_000)).problems).toEqual([
      "gozcu.yml has 140000 characters, and 100000 are the most",
    ]);
  });

  test("is not nested without end", () => {
    const deep = (depth: number) => read("{a: ".repeat(depth) + "}".repeat(depth)).problems.join();
    expect(deep(10_000)).toContain("nested too deeply");
    expect(deep(500)).toBe("");
  });

  test("gives ten mistakes at a time", () => {
    const { problems } = read("a: 1\n".repeat(20));
    expect(problems).toHaveLength(11);
    expect(problems.at(-1)).toBe("gozcu.yml: and 9 more");
  });

  test("stands there once", () => {
    expect(read("a: 1\na: 2\n").problems).toEqual([expect.stringMatching(/^gozcu.yml:2: .*unique/)]);
  });
});
