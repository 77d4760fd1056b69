import type { LoadedDashboard } from "./dashboards.ts";
import { checkDatasource } from "./datasource-health.ts";
import type { Datasource } from "./provisioning.ts";

export interface Content {
  readonly datasources: readonly Datasource[];
  readonly dashboards: () => ReadonlyMap<string, LoadedDashboard>;
  /** How often it was started with the same data. */
  readonly starts: number;
}

interface Answer {
  readonly status: number;
  readonly body: object;
}

const notFound: Answer = { status: 404, body: { message: "Not found" } };

/** As much of Grafana's HTTP API as is asked here, for who has logged in. `path` is without the sub path. */
export async function answerUser(content: Content, path: string): Promise<Answer> {
  const { datasources, starts } = content;
  const dashboards = content.dashboards();
  if (path === "/api/search") {
    const found = [...dashboards].map(([uid, { dashboard, folderTitle }]) => ({
      uid,
      title: dashboard.title,
      type: "dash-db",
      folderTitle,
    }));
    return { status: 200, body: found };
  }
  if (path === "/api/admin/stats") return { status: 200, body: { dashboards: dashboards.size, starts } };
  const [, dashboardUid] = /^\/api\/dashboards\/uid\/([\w-]+)$/.exec(path) ?? [];
  const loaded = dashboards.get(dashboardUid ?? "");
  if (loaded !== undefined) {
    const { dashboard, folderTitle } = loaded;
    return { status: 200, body: { dashboard, meta: { folderTitle, provisioned: true } } };
  }
  const [, datasourceUid] = /^\/api\/datasources\/uid\/([\w-]+)\/health$/.exec(path) ?? [];
  const datasource = datasources.find(({ uid }) => uid === datasourceUid);
  if (datasource === undefined) return notFound;
  const body = await checkDatasource(datasource);
  return { status: body.status === "OK" ? 200 : 400, body };
}
