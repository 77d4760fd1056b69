/** What inhibition asks of an alert. */
interface Symptom {
  readonly name: string;
  /** The alerts that, while they fire, explain this one. */
  readonly symptomOf: readonly string[];
}

export interface InhibitRule {
  readonly source_matchers: readonly string[];
  readonly target_matchers: readonly string[];
  readonly equal?: readonly string[];
}

/** While the fast burn of an objective is told as critical, its slow burn says nothing new. */
const burnRule: InhibitRule = {
  source_matchers: ['severity="critical"', 'slo=~".+"'],
  target_matchers: ['severity="warning"', 'slo=~".+"'],
  equal: ["slo"],
};

/** For each alert all its causes, and their causes: an alert that is itself silenced must still silence its symptoms. */
export function closeCauses(rows: readonly Symptom[]): ReadonlyMap<string, ReadonlySet<string>> {
  const byName = Map.groupBy(rows, ({ name }) => name);
  const closed = new Map<string, ReadonlySet<string>>();

  function collect(name: string, path: readonly string[]): ReadonlySet<string> {
    if (path.includes(name)) {
      const cycle = [...path.slice(path.indexOf(name)), name];
      throw new Error(`alerts that are each other's symptoms would silence each other: ${cycle.join(" -> ")}`);
    }
    const known = closed.get(name);
    if (known !== undefined) return known;
    const causes = byName.get(name)?.flatMap(({ symptomOf }) => symptomOf);
    if (causes === undefined) throw new Error(`${path.at(-1)} is a symptom of ${name}, which is no alert`);
    const all = new Set(causes.flatMap((cause) => [cause, ...collect(cause, [...path, name])]));
    closed.set(name, all);
    return all;
  }
  for (const name of byName.keys()) collect(name, []);
  return closed;
}

/** A cause that explains some instances of an alert, by their labels. Not transitive. */
export type NarrowSymptom = Readonly<Record<"cause" | "symptom", Readonly<Record<string, string>>>>;

const matchersOf = (labels: Readonly<Record<string, string>>) =>
  Object.entries(labels).map(([name, value]) => `${name}="${value}"`);

/**
 * Alertmanager's `inhibit_rules`: one a cause, which silences its symptoms and theirs, and one for each narrow symptom.
 * @throws Error for a cycle, naming it, and for a cause that is no alert.
 */
export function renderInhibitRules(
  rows: readonly Symptom[],
  narrow: readonly NarrowSymptom[] = [],
): readonly InhibitRule[] {
  const causes = closeCauses(rows);
  const names = [...causes.keys()];
  const ofCauses = names.flatMap((cause) => {
    const symptoms = names.filter((name) => causes.get(name)?.has(cause));
    if (symptoms.length === 0) return [];
    return [{ source_matchers: [`alertname="${cause}"`], target_matchers: [`alertname=~"${symptoms.join("|")}"`] }];
  });
  const ofInstances = narrow.map(({ cause, symptom }) => ({
    source_matchers: matchersOf(cause),
    target_matchers: matchersOf(symptom),
  }));
  return [...ofCauses, ...ofInstances, burnRule];
}
