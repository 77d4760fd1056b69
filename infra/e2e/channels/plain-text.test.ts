import { describe, expect, test } from "@jest/globals";
import { decodeEntities, readHtmlText, renderLink } from "./plain-text.ts";

describe("plain text", () => {
  test("has characters for entities, and leaves what is none", () => {
    expect(decodeEntities("&lt;&gt;&amp;&quot;&#39;&#x1F6D1;")).toBe("<>&\"'🛑");
    expect(decodeEntities("a & b &none; &constructor; &#0; &#x110000;")).toBe(
      "a & b &none; &constructor; &#0; &#x110000;",
    );
  });

  test("has a link's address beside its label, once", () => {
    const address = "https://x.example.com";
    expect(renderLink("the runbook", address)).toBe(`the runbook (${address})`);
    expect(renderLink(address, address)).toBe(address);
    expect(renderLink("", address)).toBe(address);
    expect(renderLink("no link", "")).toBe("no link");
  });

  test("has a line for each block of a page, and nothing that is not shown", () => {
    const page = `<!DOCTYPE html><html><head><title>no</title><style>p { color: red }</style></head><body>
      <!-- no --><table><tr><td>51 &gt; 50</td></tr></table>since<br/>noon
      <p><a class="x" href="https://x.example.com?a=1&amp;b=2"><b>the
      runbook</b></a></p><a href="">Source</a></body></html>`;
    expect(readHtmlText(page).split("\n")).toEqual([
      "51 > 50",
      "since",
      "noon",
      "the runbook (https://x.example.com?a=1&b=2)",
      "Source",
    ]);
  });
});
