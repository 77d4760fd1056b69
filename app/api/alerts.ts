import { DatabaseUnavailable } from "../adapters/postgres/errors.ts";
import type { Handlers, Reply } from "./call.ts";
import type { AlertDesk, FiringAlert, Remediation } from "./ports.ts";

/** What fires comes from memory, so that it is told while the database is away; only the remediations are then unknown. */
export function createAlertHandlers(options: {
  readonly alerts: AlertDesk;
}): Pick<Handlers, "alertReport" | "alertList"> {
  const { alerts } = options;
  return {
    alertReport: ({ body }) => {
      alerts.report(
        body.alerts.map(({ startsAt, labels, ...alert }) => ({
          ...alert,
          labels,
          name: labels.alertname,
          since: new Date(startsAt),
        })),
      );
      return { status: 202, body: { accepted: body.alerts.length } };
    },
    alertList: async () => {
      const remediations = await readRemediations(alerts);
      const { lastSeenAt, ageSeconds, alive } = alerts.watchdog();
      return {
        status: 200,
        body: {
          watchdog: { lastSeenAt: lastSeenAt?.toISOString() ?? null, ageSeconds: ageSeconds ?? null, alive },
          alerts: alerts.firing().map(renderAlert),
          remediations: remediations?.map(renderRemediation) ?? null,
        },
      };
    },
  };
}

async function readRemediations(alerts: AlertDesk): Promise<readonly Remediation[] | undefined> {
  try {
    return await alerts.remediations();
  } catch (error) {
    if (error instanceof DatabaseUnavailable) return undefined;
    throw error;
  }
}

type AlertList = Reply<"alertList">["body"];

function renderAlert({ labels, annotations, since, lastSeenAt, name, fingerprint }: FiringAlert) {
  return {
    name,
    severity: labels.severity ?? null,
    labels: { ...labels },
    annotations: { ...annotations },
    since: since.toISOString(),
    lastSeenAt: lastSeenAt.toISOString(),
    fingerprint,
  } satisfies AlertList["alerts"][number];
}

function renderRemediation({ id, alert, startedAt, ending }: Remediation) {
  return {
    id,
    alert,
    startedAt: startedAt.toISOString(),
    endedAt: ending?.endedAt.toISOString() ?? null,
    outcome: ending?.outcome ?? null,
    reason: ending?.reason ?? null,
    output: ending?.output ?? "",
  } satisfies NonNullable<AlertList["remediations"]>[number];
}
