/** The token with which the services that are started here are reported to. */
export const alertsToken = "alerts-token-of-the-tests";

interface Reported {
  readonly name: string;
  readonly status?: "firing" | "resolved";
  readonly severity?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly since?: Date;
}

const never = "0001-01-01T00:00:00Z";

/** What Alertmanager 0.25 sends to a webhook, field by field. */
function renderReport({
  name,
  status = "firing",
  severity = "warning",
  labels = {},
  annotations = {},
  since,
}: Reported) {
  const startsAt = (since ?? new Date()).toISOString();
  const alert = {
    status,
    labels: { alertname: name, severity, ...labels },
    annotations,
    startsAt,
    endsAt: status === "firing" ? never : new Date().toISOString(),
    generatorURL: "http://127.0.0.1:9090/graph?g0.expr=up&g0.tab=1",
    fingerprint: Buffer.from(JSON.stringify([name, labels]))
      .toString("hex")
      .slice(0, 64),
  };
  return {
    receiver: "product",
    status,
    alerts: [alert],
    groupLabels: { alertname: name },
    commonLabels: alert.labels,
    commonAnnotations: annotations,
    externalURL: "http://127.0.0.1:9093",
    version: "4",
    groupKey: `{}:{alertname=${JSON.stringify(name)}}`,
    truncatedAlerts: 0,
  };
}

/** Reports an alert to the product, as Alertmanager does. */
export async function reportAlert(url: string, reported: Reported): Promise<void> {
  const response = await fetch(`${url}/api/alerts`, {
    method: "POST",
    headers: { Authorization: `Bearer ${alertsToken}`, "Content-Type": "application/json" },
    body: JSON.stringify(renderReport(reported)),
  });
  if (!response.ok) throw new Error(`POST /api/alerts: ${response.status} ${await response.text()}`);
}
