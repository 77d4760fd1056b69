import { describe, expect, test } from "@jest/globals";
import { readTelegramHtml } from "./telegram-html.ts";

describe("Telegram's HTML", () => {
  test.each([
    ["no markup", "a plain\ntext", "a plain\ntext"],
    ["entities", "&lt;b&gt; &amp; &quot;x&quot; &#43;&#x27;&#128721;", '<b> & "x" +\'🛑'],
    ["nested tags", "<b>down: <i>ComfyUI</i></b>, <code>/prompt</code>", "down: ComfyUI, /prompt"],
    ["tags in capitals and with attributes", '<B>a</B> <code class="language-sh">ls</code>', "a ls"],
    ["a quote", "<blockquote expandable>much</blockquote>", "much"],
  ])("reads %s", (_, html, text) => {
    expect(readTelegramHtml(html)).toEqual({ shown: text, plain: text });
  });

  test("reads a link, whose address does not count as text", () => {
    expect(readTelegramHtml('see <a href="https://x.example.com/?a=1&amp;b=2"><b>the runbook</b></a>.')).toEqual({
      shown: "see the runbook.",
      plain: "see the runbook (https://x.example.com/?a=1&b=2).",
    });
  });

  test.each([
    ["a tag that is not Telegram's", "ü <p>x</p>", 'Unsupported start tag "p" at byte offset 3'],
    ["a bare less-than", "memory < 10% left", 'Unsupported start tag "" at byte offset 7'],
    ["a tag cut off", "x <b", "Unclosed start tag at byte offset 2"],
    ["a link cut off", '<a href="https://x', 'Unclosed start tag "a" at byte offset 0'],
    ["an end tag cut off", "<b>x</b", "Unclosed end tag at byte offset 4"],
    ["a tag without an end", "<i><b>x</b>", `Can't find end tag corresponding to start tag "i"`],
    ["an end without a tag", "x</b>", "Unexpected end tag at byte offset 1"],
    ["crossed tags", "<b><i>x</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'],
    ["a bare ampersand", "a & b", 'Character "&" must be escaped at byte offset 2'],
    ["an entity that it does not know", "a&nbsp;b", 'Character "&nbsp;" must be escaped at byte offset 1'],
    ["a bare greater-than", "51 > 50", 'Character ">" must be escaped at byte offset 3'],
  ])("refuses %s", (_, html, message) => {
    expect(() => readTelegramHtml(html)).toThrow(message);
  });
});
