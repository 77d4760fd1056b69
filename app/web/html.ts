/** Text that is HTML already. Made by {@link html} and {@link raw} alone. */
export class SafeHtml {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

/** What may stand in a template: `undefined`, `null` and `false` are nothing. */
export type Content = SafeHtml | string | number | undefined | null | false | readonly Content[];

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** The one place where text becomes HTML: good between tags and in quoted attributes. */
function escapeText(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? "");
}

function render(content: Content): string {
  if (content === undefined || content === null || content === false) return "";
  if (content instanceof SafeHtml) return content.toString();
  if (typeof content === "object") return content.map(render).join("");
  return escapeText(String(content));
}

/**
 * HTML by a tagged template; every value is escaped unless it is HTML itself. Attributes stand in double quotes, always.
 *
 * @example html`<a href="${url}">${name}</a>`
 */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): SafeHtml {
  return new SafeHtml(strings.map((string, index) => string + render(values[index])).join(""));
}

/** For what has been made HTML elsewhere, as a chart is. Never for anything that came from outside. */
export function raw(text: string): SafeHtml {
  return new SafeHtml(text);
}

/** The address, where it leads to a web page: what others wrote may begin with `javascript:`. */
export function readWebAddress(text: string | undefined): string | undefined {
  const url = text === undefined ? null : URL.parse(text);
  return url !== null && ["http:", "https:"].includes(url.protocol) ? url.href : undefined;
}
