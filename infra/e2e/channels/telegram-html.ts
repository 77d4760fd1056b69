import { decodeEntities, readEntity, renderLink } from "./plain-text.ts";

const tags = new Set("b strong i em u ins s strike del a code pre tg-spoiler blockquote".split(" "));

export interface TelegramText {
  /** What the chat shows, and what the limit of the length counts. */
  readonly shown: string;
  /** The same with the addresses of its links. */
  readonly plain: string;
}

/** What is wrong with the text, as the Bot API says it. */
export class TelegramHtmlError extends Error {
  override readonly name = "TelegramHtmlError";
}

/** A tag (its end may be missing), an entity, or a character that should have been one. */
const token = /<(\/?)([^\s>]*)([^>]*)(>?)|&(#?\w+);|[&>]/g;

/**
 * Reads a message of parse mode HTML as the Bot API documents it: only its tags, each ended in order, and `<`, `>` and `&`
 * nowhere else. (The real service lets a stray `>` or `&` pass; whoever relies on that breaks its documented rule.)
 * @throws TelegramHtmlError with the offset in bytes.
 */
export function readTelegramHtml(html: string): TelegramText {
  const open: { readonly tag: string; readonly href: string; readonly from: number }[] = [];
  let shown = "";
  let plain = "";
  let end = 0;
  function add(text: string): void {
    shown += text;
    plain += text;
  }
  for (const { 0: whole, 1: slash, 2: name = "", 3: attributes = "", 4: closed, 5: entity, index } of html.matchAll(
    token,
  )) {
    const at = `at byte offset ${Buffer.byteLength(html.slice(0, index))}`;
    add(html.slice(end, index));
    end = index + whole.length;
    if (slash === undefined) {
      const character = entity === undefined ? undefined : readEntity(entity);
      if (character === undefined) throw new TelegramHtmlError(`Character "${whole}" must be escaped ${at}`);
      add(character);
      continue;
    }
    const tag = name.toLowerCase();
    if (slash === "/") {
      const begun = open.pop();
      if (begun === undefined) throw new TelegramHtmlError(`Unexpected end tag ${at}`);
      if (closed === "") throw new TelegramHtmlError(`Unclosed end tag ${at}`);
      if (tag !== begun.tag)
        throw new TelegramHtmlError(`Unmatched end tag ${at}, expected "</${begun.tag}>", found "</${tag}>"`);
      if (begun.href !== "") plain = plain.slice(0, begun.from) + renderLink(plain.slice(begun.from), begun.href);
      continue;
    }
    if (closed === "" && attributes === "") throw new TelegramHtmlError(`Unclosed start tag ${at}`);
    if (!tags.has(tag)) throw new TelegramHtmlError(`Unsupported start tag "${tag}" ${at}`);
    if (closed === "") throw new TelegramHtmlError(`Unclosed start tag "${tag}" ${at}`);
    const [, href = ""] = /\shref\s*=\s*["']([^"']*)["']/.exec(attributes) ?? [];
    open.push({ tag, href: tag === "a" ? decodeEntities(href) : "", from: plain.length });
  }
  add(html.slice(end));
  const unended = open.pop();
  if (unended !== undefined)
    throw new TelegramHtmlError(`Can't find end tag corresponding to start tag "${unended.tag}"`);
  return { shown, plain };
}
