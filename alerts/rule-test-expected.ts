import type { AlertingRule } from "./rule-group.ts";
import type { ExpectedAlert } from "./rule-test-file.ts";
import type { Labels } from "./rule-test-labels.ts";

/** A rule's alert as it must come: its labels and those of its series, its texts with the value and the labels put in. */
export function expectAlert(
  { labels, annotations }: Pick<AlertingRule, "labels" | "annotations">,
  value: { readonly template: string; readonly said: string },
  seriesLabels: Labels,
): ExpectedAlert {
  const fill = (text: string) =>
    text
      .replaceAll(value.template, value.said)
      .replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, (_, label: string) => seriesLabels[label] ?? "");
  return {
    labels: { ...seriesLabels, ...labels },
    annotations: Object.fromEntries(Object.entries(annotations).map(([name, text]) => [name, fill(text)])),
  };
}
