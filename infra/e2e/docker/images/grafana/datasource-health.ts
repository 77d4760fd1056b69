import type { Datasource } from "./provisioning.ts";

/** What is asked of each type to see that it is there, and lets Grafana in. */
const questions: Readonly<Record<Datasource["type"], string>> = {
  prometheus: "/api/v1/query?query=1",
  alertmanager: "/api/v2/status",
  jaeger: "/api/services",
};

const deadlineMs = 5_000;

function renderHeaders({ basicAuth, basicAuthUser, secureJsonData }: Datasource): Record<string, string> {
  if (!basicAuth) return {};
  const pair = `${basicAuthUser ?? ""}:${secureJsonData?.basicAuthPassword ?? ""}`;
  return { authorization: `Basic ${Buffer.from(pair).toString("base64")}` };
}

/** Asks the data source itself. */
export async function checkDatasource(
  datasource: Datasource,
): Promise<{ readonly status: "OK" | "ERROR"; readonly message: string }> {
  const url = `${datasource.url.replace(/\/$/, "")}${questions[datasource.type]}`;
  try {
    const response = await fetch(url, { headers: renderHeaders(datasource), signal: AbortSignal.timeout(deadlineMs) });
    await response.json();
    return { status: response.ok ? "OK" : "ERROR", message: `${url} answers ${response.status}` };
  } catch (error) {
    return { status: "ERROR", message: `${url} does not answer as it should: ${String(error)}` };
  }
}
