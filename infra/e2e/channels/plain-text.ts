/** The only ones that every channel knows. */
const named = new Map([
  ["lt", "<"],
  ["gt", ">"],
  ["amp", "&"],
  ["quot", '"'],
]);

/** The character of an entity's inside (`lt`, `#39`, `#x27`); undefined where it has none. */
export function readEntity(inside: string): string | undefined {
  const [, hex, decimal] = /^#(?:x([0-9a-f]{1,6})|(\d{1,7}))$/i.exec(inside) ?? [];
  if (hex === undefined && decimal === undefined) return named.get(inside);
  const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}

/** What is not an entity stays as it is. */
export function decodeEntities(text: string): string {
  return text.replace(/&(#?\w+);/g, (whole, inside: string) => readEntity(inside) ?? whole);
}

/** As people write a link where it cannot be clicked. */
export function renderLink(label: string, address: string): string {
  if (address === "" || label === address) return label;
  return label === "" ? address : `${label} (${address})`;
}

/** The parts that are there, one below the other. */
export function joinLines(parts: readonly (string | undefined)[]): string {
  return parts
    .map((part) => part?.trim() ?? "")
    .filter((part) => part !== "")
    .join("\n");
}

/** What a mail program shows of a page: no markup, a line for each block. */
export function readHtmlText(html: string): string {
  const marked = html
    .replace(/<(head|style|script)\b.*?<\/\1>|<!--.*?-->/gis, "")
    .replace(/\s+/g, " ")
    .replace(/<a\b[^>]*?\bhref="([^"]*)"[^>]*>(.*?)<\/a>/gi, (_, address: string, label: string) =>
      renderLink(label.replace(/<[^>]*>/g, "").trim(), address),
    )
    .replace(/<(br|\/?(p|div|h[1-6]|li|tr|table|ul|ol))\b[^>]*>/gi, "\n")
    .replace(/<[^>]*>/g, "");
  return joinLines(decodeEntities(marked).split("\n"));
}
