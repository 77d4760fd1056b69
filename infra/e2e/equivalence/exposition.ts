export type Labels = Readonly<Record<string, string>>;

/** A sample of Prometheus' text. */
export interface Sample {
  readonly name: string;
  readonly labels: Labels;
  readonly value: number;
}

/** All samples of a text, as far as it has no odd label values: for tests. */
export function readSamples(text: string): readonly Sample[] {
  return text.split("\n").flatMap((line): readonly Sample[] => {
    const [, name, labels = "", value] = /^(\w+)(?:\{(.*)\})? (\S+)/.exec(line) ?? [];
    if (name === undefined) return [];
    const pairs = Array.from(labels.matchAll(/(\w+)="([^"]*)"/g), ([, key = "", text = ""]) => [key, text]);
    return [{ name, labels: Object.fromEntries(pairs), value: Number(value) }];
  });
}
