export interface SvgElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** With that of its children. */
  text: string;
}

const token = /<(\/?)([a-zA-Z]+)((?: [\w:-]+="[^"<&]*")*)(\/?)>|((?:[^<&]|&(?:amp|lt|gt|quot|#39);)+)/y;

/**
 * The elements of a picture of ours, in the order of the document: for tests.
 * @throws Error when it is not well-formed XML.
 */
export function readSvgElements(svg: string): readonly SvgElement[] {
  const elements: SvgElement[] = [];
  const open: SvgElement[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < svg.length) {
    const at = token.lastIndex;
    const found = token.exec(svg);
    if (found === null) throw new Error(`not well-formed at ${at}: ${svg.slice(at, at + 40)}`);
    const [, closing, name = "", pairs = "", empty, text] = found;
    if (text !== undefined) for (const element of open) element.text += text;
    else if (closing) {
      const last = open.pop();
      if (last?.name !== name) throw new Error(`</${name}> at ${at} closes <${last?.name}>`);
    } else {
      const attributes = Object.fromEntries([...pairs.matchAll(/ ([\w:-]+)="([^"]*)"/g)].map(([, k, v]) => [k, v]));
      const element = { name, attributes, text: "" };
      elements.push(element);
      if (!empty) open.push(element);
    }
  }
  if (open.length > 0) throw new Error(`<${open.at(-1)?.name}> is not closed`);
  return elements;
}
