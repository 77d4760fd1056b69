/** Units that Grafana knows by a name of its own. */
const named: Readonly<Record<string, string>> = {
  "1": "percentunit",
  "%": "percent",
  ms: "ms",
  s: "s",
  By: "bytes",
  "{request}/s": "reqps",
};

/** Grafana's way to write so many of something, by what they are counted per. */
const counted: Readonly<Record<string, string>> = { "": "short", "/s": "cps", "/min": "cpm" };

/**
 * Grafana's id of a UCUM unit, as the catalogue has it: `ms`, `s`, `1` for a ratio, `{job}` for a count, `{job}/min`.
 * @throws RangeError for a unit that no panel had so far.
 */
export function renderUnit(ucum: string): string {
  const per = /^\{\w+\}(.*)$/.exec(ucum)?.[1];
  const id = named[ucum] ?? (per === undefined ? undefined : counted[per]);
  if (id === undefined)
    throw new RangeError(`Grafana's unit for ${ucum} is not known here: add it to dashboards/unit.ts`);
  return id;
}
