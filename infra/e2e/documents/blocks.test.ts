import { describe, expect, test } from "@jest/globals";
import { readBlocks } from "./blocks.ts";

const fence = (language: string, code: string) => `\`\`\`${language}\n${code}\n\`\`\`\n`;

describe("a document's blocks", () => {
  test.each([
    ["<!-- run -->", { kind: "run", world: "service" }],
    ["<!-- run: processes -->", { kind: "run", world: "processes" }],
    ["<!-- run by infra/e2e/k6.test.ts -->", { kind: "run by", test: "infra/e2e/k6.test.ts" }],
    ["<!-- not run: it takes an hour -->", { kind: "not run", reason: "it takes an hour" }],
    ["<!-- printed -->", { kind: "printed" }],
    ["<!-- not run: -->", undefined],
    ["<!-- not run -->", undefined],
    ["<!-- run by -->", undefined],
    ["<!-- something else -->", undefined],
  ])("under %s are understood", (comment, marker) => {
    expect(readBlocks("x.md", `text\n\n${comment}\n${fence("sh", "true")}`)).toEqual([
      { document: "x.md", line: 4, language: "sh", code: "true\n", marker, printed: undefined },
    ]);
  });

  test("without a comment right above have no marker", () => {
    const text = `<!-- run -->\n\n${fence("sh", "one")}\n${fence("", "two")}`;
    expect(readBlocks("x.md", text)).toMatchObject([
      { line: 3, language: "sh", code: "one\n", marker: undefined },
      { line: 7, language: "", code: "two\n", marker: undefined },
    ]);
  });

  test("print what the sentence or the block after them says", () => {
    const inline = `<!-- run -->\n${fence("ts", "1")}\nIt prints \`one\`.\n`;
    const own = `<!-- run -->\n${fence("ts", "2")}\nIt prints:\n\n<!-- printed -->\n${fence("text", "two\nlines")}`;
    expect(readBlocks("x.md", inline + own).map(({ printed }) => printed)).toEqual([
      "one\n",
      "two\nlines\n",
      undefined,
    ]);
  });

  test("that are generated are not among them, and the lines are counted all the same", () => {
    const text = `<!-- generated: x -->\n${fence("mermaid", "flowchart")}<!-- end -->\n<!-- run -->\n${fence("sh", "true")}`;
    expect(readBlocks("x.md", text)).toMatchObject([{ line: 7, language: "sh" }]);
  });
});
