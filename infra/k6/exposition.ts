/** A sample of Prometheus' text format. */
export interface Sample {
  readonly name: string;
  /** As they are written: a quote in a value stands there as \\". */
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const line = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)/;
const label = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;

/** The samples of a scrape. Lines that are none are passed over: comments, and what other formats add. */
export function readSamples(text: string): readonly Sample[] {
  return text.split("\n").flatMap((each) => {
    const [, name, labels = "", value] = line.exec(each) ?? [];
    if (name === undefined) return [];
    const pairs = [...labels.matchAll(label)].map(([, key = "", held = ""]) => [key, held] as const);
    return [{ name, labels: Object.fromEntries(pairs), value: Number(value) }];
  });
}
