import { describe, expect, test } from "@jest/globals";
import { type Alert, alerts, narrowSymptoms } from "../app/catalogue/alerts.ts";
import { rateWindowSeconds } from "../app/catalogue/scrape.ts";
import { timeScale } from "../app/catalogue/time-scale.ts";
import { causes } from "./causes.ts";
import { detectionSeconds, groupWaitSeconds, scrapeSeconds, signalsOf } from "./detection.ts";

const title = ({ name, burn }: Alert) => (burn === undefined ? name : `${name} at ${burn.rate.factor} times the pace`);

describe("the time from a fault to its message", () => {
  test.each(alerts.map((alert) => ({ title: title(alert), alert })))("is within the budget of $title", ({ alert }) => {
    expect(timeScale).toBe(1);
    expect(detectionSeconds(alert)).toBeLessThanOrEqual(alert.budgetSeconds);
  });

  test("has these parts", () => {
    const queueSizeHigh = alerts.find(({ name }) => name === "QueueSizeHigh");
    if (queueSizeHigh === undefined) throw new Error("there is no QueueSizeHigh");
    // Counted after 3 s at the latest, scraped after 15 s, judged after 15 s, held for 60 s, waited for 30 s, sent in 10 s.
    expect(detectionSeconds(queueSizeHigh)).toBe(3 + 15 + 15 + 60 + 30 + 10);
    expect(detectionSeconds({ ...queueSizeHigh, forSeconds: 61 })).toBe(3 + 15 + 15 + 75 + 30 + 10);
  });
});

interface Pair {
  readonly symptom: Alert;
  readonly cause: Alert;
}

const declared = (name: string) => alerts.filter((alert) => alert.name === name);
const pairsOf = (symptom: string, cause: string): readonly Pair[] =>
  declared(symptom).flatMap((first) => declared(cause).map((second) => ({ symptom: first, cause: second })));

const pairs: readonly Pair[] = [
  ...[...causes].flatMap(([symptom, explaining]) => [...explaining].flatMap((cause) => pairsOf(symptom, cause))),
  ...narrowSymptoms.flatMap(({ symptom, cause }) => pairsOf(symptom.alertname, cause.alertname)),
];

/** Some causes are known only after a whole window of looking; by then their symptoms may have been told. */
const soon = pairs.filter(({ cause }) => cause.signalSeconds < rateWindowSeconds * timeScale);

describe("a symptom's message", () => {
  test.each(soon.map((pair) => ({ ...pair, names: `${title(pair.symptom)} for ${title(pair.cause)}` })))(
    "waits long enough: $names",
    ({ symptom, cause }) => {
      if (symptom.severity === "none") throw new Error(`${symptom.name} is told to nobody`);
      const metrics = new Set(signalsOf(symptom));
      const apart = signalsOf(cause).filter((metric) => !metrics.has(metric));
      const known = cause.signalSeconds / timeScale + cause.forSeconds + Math.max(0, ...apart.map(scrapeSeconds));
      expect(symptom.forSeconds + groupWaitSeconds(symptom.severity)).toBeGreaterThanOrEqual(known);
    },
  );
});
