import { type ErrorCode, isMap, isScalar, LineCounter, parseDocument, Scalar, type YAMLMap } from "yaml";

/** Something that a file sets. */
export interface Entry {
  readonly text: string;
  /** Where it stands: `gozcu.yml:3:`. */
  readonly at: string;
}

/** The longest file that is read, in characters; the example with every setting is less than a tenth of that. */
const longestText = 100_000;

/** One mistake can make everything below it one. */
const shownErrors = 10;

/** What is said where the parser speaks to programmers. */
const plainWords = new Map<ErrorCode, string>([
  ["MULTIPLE_DOCS", "a second document begins here: all settings stand in one"],
  ["RESOURCE_EXHAUSTION", "this is nested too deeply"],
]);

/** Nothing, as YAML 1.2 spells it. */
const isNothing = ({ type, value }: Scalar<string>) => type === Scalar.PLAIN && /^(~|null|Null|NULL)?$/.test(value);

/**
 * What a YAML file sets, by dotted path: `publish.api`. Every value is taken as the text that stands there, as it would
 * be in the environment: an empty one, `null`, `~` and an empty section count as not set.
 * @param problems gets a line for all that is no YAML, and for values that are no text; never what stands there.
 */
export function readEntries(text: string, file: string, problems: string[]): ReadonlyMap<string, Entry> {
  const entries = new Map<string, Entry>();
  if (text.length > longestText) {
    problems.push(`${file} has ${text.length} characters, and ${longestText} are the most`);
    return entries;
  }
  const lines = new LineCounter();
  const at = (offset = 0) => `${file}:${lines.linePos(offset).line}:`;
  // Pretty errors quote the line, which may hold a secret that somebody wrote there by mistake.
  const { contents, errors } = parseDocument(text, { schema: "failsafe", lineCounter: lines, prettyErrors: false });
  const told = errors.map(({ code, message, pos }) => `${at(pos[0])} ${plainWords.get(code) ?? message}`);
  problems.push(...told.slice(0, shownErrors));
  if (told.length > shownErrors) problems.push(`${file}: and ${told.length - shownErrors} more`);
  if (told.length > 0) return entries;

  function visit(map: YAMLMap, above: readonly string[]): void {
    for (const { key, value } of map.items) {
      const place = at(isScalar(key) ? key.range?.[0] : undefined);
      const names = [...above, isScalar(key) ? String(key.value) : "?"];
      const path = names.join(".");
      if (isMap(value) && value.items.length > 0) visit(value, names);
      else if (value === null || isMap(value)) entries.set(path, { text: "", at: place });
      else if (isScalar<string>(value)) entries.set(path, { text: isNothing(value) ? "" : value.value, at: place });
      else problems.push(`${place} ${path} must be one value, or a section of settings`);
    }
  }

  if (isMap(contents)) visit(contents, []);
  else if (contents !== null && !(isScalar<string>(contents) && isNothing(contents)))
    problems.push(`${at()} there must be settings, such as name: gozcu`);
  return entries;
}
