import { describe, expect, test } from "@jest/globals";
import { html, raw, readWebAddress } from "./html.ts";

describe("a template", () => {
  test("escapes what is put into it, between tags and in attributes", () => {
    const text = `<img src=x onerror="alert('1')"> & more`;
    const escaped = "&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt; &amp; more";
    expect(html`<p title="${text}">${text}</p>`.toString()).toBe(`<p title="${escaped}">${escaped}</p>`);
  });

  test("takes HTML as it is, and lists of it one after the other", () => {
    expect(html`<ul>${["a", "<"].map((item) => html`<li>${item}</li>`)}${raw("<hr>")}</ul>`.toString()).toBe(
      "<ul><li>a</li><li>&lt;</li><hr></ul>",
    );
  });

  test("writes nothing for what is not there, and zero for zero", () => {
    expect(html`[${undefined}${null}${false}${""}${0}]`.toString()).toBe("[0]");
  });

  test("escapes a text once, however deep the templates are", () => {
    expect(html`${html`${html`${"&"}`}`}`.toString()).toBe("&amp;");
  });
});

describe("an address", () => {
  test.each(["https://a.example/x?y=1", "http://127.0.0.1:3001/d/x"])("of the web is one to follow (%s)", (url) => {
    expect(readWebAddress(url)).toBe(url);
  });

  test.each([
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "data:text/html,x",
    "/x",
    "",
    undefined,
  ])("of anything else is none (%s)", (url) => {
    expect(readWebAddress(url)).toBeUndefined();
  });
});
