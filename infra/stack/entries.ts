import { isMap, isScalar, LineCounter, parseDocument, type YAMLMap } from "yaml";

/** Something that a file sets. */
export interface Entry {
  readonly text: string;
  /** Where it stands: `gozcu.yml:3:`. */
  readonly at: string;
}

/**
 * What a YAML file sets, by dotted path: `publish.api`. Every value is taken as the text that stands there, as it would
 * be in the environment: an empty one counts as not set.
 * @param problems gets a line for all that is no YAML, and for values that are no text; never what stands there.
 */
export function readEntries(text: string, file: string, problems: string[]): ReadonlyMap<string, Entry> {
  const lines = new LineCounter();
  const at = (offset = 0) => `${file}:${lines.linePos(offset).line}:`;
  // Pretty errors quote the line, which may hold a secret that somebody wrote there by mistake.
  const document = parseDocument(text, { schema: "failsafe", lineCounter: lines, prettyErrors: false });
  problems.push(...document.errors.map(({ message, pos }) => `${at(pos[0])} ${message}`));
  const entries = new Map<string, Entry>();

  function visit(map: YAMLMap, above: readonly string[]): void {
    for (const { key, value } of map.items) {
      const place = at(isScalar(key) ? key.range?.[0] : undefined);
      const names = [...above, isScalar(key) ? String(key.value) : "?"];
      const path = names.join(".");
      if (isMap(value)) visit(value, names);
      else if (value === null || isScalar<string>(value)) entries.set(path, { text: value?.value ?? "", at: place });
      else problems.push(`${place} ${path} must be one value, or a section of settings`);
    }
  }

  const { contents } = document;
  if (document.errors.length > 0) return entries;
  if (isMap(contents)) visit(contents, []);
  else if (contents !== null) problems.push(`${at()} there must be settings, such as name: gozcu`);
  return entries;
}
