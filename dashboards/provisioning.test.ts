import { expect, test } from "@jest/globals";
import { parse } from "yaml";
import { datasources } from "./datasources.ts";
import { renderGrafanaProvisioning } from "./provisioning.ts";

const urls = {
  prometheus: "http://prometheus:9090",
  alertmanager: "http://alertmanager:9093",
  jaeger: "http://jaeger:16686",
};
const files = renderGrafanaProvisioning({ urls });

test("each data source has its fixed uid and the URL that is given, and nobody can change it by hand", () => {
  expect(parse(files["datasources/gozcu.yml"])).toMatchObject({
    apiVersion: 1,
    datasources: [
      { ...datasources.prometheus, url: urls.prometheus, access: "proxy", isDefault: true, editable: false },
      { ...datasources.alertmanager, url: urls.alertmanager, access: "proxy", isDefault: false, editable: false },
      { ...datasources.jaeger, url: urls.jaeger, access: "proxy", isDefault: false, editable: false },
    ],
  });
});

test("Prometheus knows its Alertmanager, and a trace leads to the metrics of its time", () => {
  const [prometheus, , jaeger] = parse(files["datasources/gozcu.yml"]).datasources;
  expect(prometheus.jsonData.alertmanagerUid).toBe(datasources.alertmanager.uid);
  const { datasourceUid, queries } = jaeger.jsonData.tracesToMetrics;
  expect(datasourceUid).toBe(datasources.prometheus.uid);
  expect(queries).toHaveLength(2);
});

test("a data source that asks for a password gets the one of a file, which the database does not show", () => {
  const credentials = { prometheus: { username: "gozcu", passwordFile: "/secrets/password" } };
  const guarded = renderGrafanaProvisioning({ urls, credentials });
  const [prometheus, alertmanager] = parse(guarded["datasources/gozcu.yml"]).datasources;
  expect(prometheus).toMatchObject({
    basicAuth: true,
    basicAuthUser: "gozcu",
    secureJsonData: { basicAuthPassword: "$__file{/secrets/password}" },
  });
  expect(alertmanager).not.toHaveProperty("basicAuth");
});

test("the dashboards are looked for where they are said to be", () => {
  const elsewhere = renderGrafanaProvisioning({ urls, dashboardFolder: "/elsewhere" });
  expect(parse(elsewhere["dashboards/gozcu.yml"]).providers[0].options).toEqual({ path: "/elsewhere" });
});

test("the dashboards come from files, in a folder of their own, and stay as they are", () => {
  expect(parse(files["dashboards/gozcu.yml"])).toMatchObject({
    apiVersion: 1,
    providers: [
      {
        type: "file",
        folder: "Gözcü",
        allowUiUpdates: false,
        disableDeletion: true,
        options: { path: "/etc/grafana/dashboards" },
      },
    ],
  });
});

test("nothing in the files reads as one of Grafana's references to the environment", () => {
  for (const text of Object.values(files)) expect(text).not.toContain("$");
});
