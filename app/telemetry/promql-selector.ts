/** A label in Prometheus' spelling. */
export const labelName = (label: string) => label.replaceAll(".", "_");

/** Quotes as Go does, which PromQL reads. */
export const quote = (text: string) => JSON.stringify(text);

const escapeRegex = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");

const oneOf = (values: readonly string[]) => quote(values.map(escapeRegex).join("|"));

function renderMatcher(label: string, matcher: unknown): string {
  const name = labelName(label);
  if (Array.isArray(matcher)) return `${name}=~${oneOf(matcher)}`;
  if (typeof matcher === "object" && matcher !== null) {
    return "not" in matcher
      ? `${name}!~${oneOf(matcher.not as readonly string[])}`
      : `${name}=~${quote(String((matcher as { readonly matches: string }).matches))}`;
  }
  return `${name}=${quote(String(matcher))}`;
}

/** A series' selector: `name{label="value"}`, with every kind of matcher that `Where` has. */
export function select(series: string, where: object = {}): string {
  const matchers = Object.entries(where).map(([label, matcher]) => renderMatcher(label, matcher));
  return matchers.length === 0 ? series : `${series}{${matchers.join(", ")}}`;
}
