import type { AlertRow } from "./alert-row.ts";
import { jobAlerts } from "./job-alerts.ts";
import { serviceAlerts } from "./service-alerts.ts";
import { sloAlerts } from "./slo-alerts.ts";
import { burnRates, type SloName } from "./slos.ts";
import { stackAlerts } from "./stack-alerts.ts";
import { timeScale } from "./time-scale.ts";
import { userAlerts } from "./user-alerts.ts";

/**
 * For this long after a cause has ended, what looks like its symptom is its aftermath: the queue that has piled up, the
 * times that jobs have waited. Nobody is told of that.
 */
export const aftermathSeconds = 300;

const plainAlerts = { ...serviceAlerts, ...jobAlerts, ...userAlerts, ...stackAlerts };

type PlainAlertName = keyof typeof plainAlerts;
type SloAlertName = keyof typeof sloAlerts;
export type AlertName = PlainAlertName | SloAlertName;

interface Explained {
  readonly symptomOf: readonly AlertName[];
}

/** One alert: a row of its own, or made from an SLO. */
export type Alert = AlertRow & Explained & { readonly name: AlertName; readonly burn?: Burn };
interface Burn {
  readonly slo: SloName;
  readonly rate: (typeof burnRates)[number];
}

// A cause that is no alert does not compile here.
const plain: Readonly<Record<PlainAlertName, AlertRow & Explained>> = plainAlerts;
const ofSlos: Readonly<
  Record<SloAlertName, Explained & { slo: SloName; summary: string; slowSymptomOf: readonly AlertName[] }>
> = sloAlerts;

export const alertNames = [...Object.keys(plain), ...Object.keys(ofSlos)] as readonly AlertName[];

function isPlain(name: AlertName): name is PlainAlertName {
  return Object.hasOwn(plain, name);
}

/** The declarations under a name: one, or for an SLO one each burn rate. */
export function alertsNamed(name: AlertName): readonly Alert[] {
  if (isPlain(name)) return [{ name, ...plain[name] }];
  const { slo, summary, symptomOf } = ofSlos[name];
  return burnRates.map((rate) => ({
    ...{ name, summary, symptomOf },
    subject: `the error budget of ${slo}`,
    severity: rate.severity,
    conditions: [],
    forSeconds: rate.forSeconds,
    signalSeconds: rate.longSeconds * timeScale,
    budgetSeconds: rate.budgetSeconds,
    panel: "burnRate",
    burn: { slo, rate },
  }));
}

/** Every alert of the product. */
export const alerts: readonly Alert[] = alertNames.flatMap(alertsNamed);

type Labels = Readonly<Record<string, string>> & { readonly alertname: AlertName };

/** Causes that explain only some of another alert's instances. */
export const narrowSymptoms: readonly Readonly<Record<"cause" | "symptom", Labels>>[] = [
  // A worker that is gone is told of by the jobs that wait for it.
  { cause: { alertname: "WorkerStalled" }, symptom: { alertname: "TargetDown", role: "worker" } },
  ...Object.entries(ofSlos).flatMap(([name, { slowSymptomOf }]) =>
    slowSymptomOf.map((cause) => ({
      cause: { alertname: cause },
      symptom: { alertname: name as SloAlertName, severity: "warning" },
    })),
  ),
];
