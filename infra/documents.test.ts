import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { alerts } from "../app/catalogue/alerts.ts";
import { endpointNames, endpoints } from "../app/catalogue/endpoints.ts";
import { type MetricName, metrics, promName } from "../app/catalogue/metrics.ts";
import { sloNames, slos } from "../app/catalogue/slos.ts";
import { pageRouteNames, pageRoutes } from "../app/catalogue/status-page.ts";
import { thresholds } from "../app/catalogue/thresholds.ts";
import { readConfig } from "../app/config.ts";
import { type SettingName, settings } from "../app/settings.ts";
import { documents, renderDocument, renderEnvExample } from "./documents.ts";

const settingNames = Object.keys(settings) as readonly SettingName[];
const file = "README.md";
const section = (name: string, content = "") => `<!-- generated: ${name} -->\n${content}<!-- end -->`;

/** The cells of a section's table, without its head. */
function rowsOf(name: string): readonly string[][] {
  const lines = renderDocument(file, section(name)).split("\n").slice(3, -1);
  return lines.map((line) => line.slice(2, -2).split(" | "));
}

describe("a document", () => {
  test.each(["settings", "routes", "metrics", "alerts", "slos", "services", "stack", "commands", "exits"])(
    "has its section %s replaced and the rest left alone",
    (name) => {
      const text = renderDocument(file, `before\n\n${section(name, "| what stood here |\n")}\n\nafter\n`);
      expect(text).toMatch(
        new RegExp(`^before\n\n<!-- generated: ${name} -->\n\\| .* \\|\n<!-- end -->\n\nafter\n$`, "s"),
      );
      expect(text).not.toContain("what stood here");
    },
  );

  test("has an empty section filled, and what follows it left alone", () => {
    const text = renderDocument(file, `${section("settings")}\nbetween\n${section("routes")}\n`);
    expect(text).toContain("\n<!-- end -->\nbetween\n<!-- generated: routes -->\n");
    expect(text).toContain("`DATA_DIR`");
    expect(text).toContain("`GET /api/ping`");
  });

  test("does not change when it is rendered again", () => {
    const once = renderDocument(file, `${section("settings")}\n${section("routes", "x\n")}\n${section("metrics")}`);
    expect(renderDocument(file, once)).toBe(once);
  });

  test("may have no section", () => {
    expect(renderDocument(file, "# Gözcü\n")).toBe("# Gözcü\n");
  });

  test.each(["colours", "toString"])("that asks for the unknown section %s is refused", (name) => {
    expect(() => renderDocument(file, section(name))).toThrow(
      `README.md asks for the section ${name}; there are settings, routes, metrics, alerts, slos, architecture, services, stack, commands, exits`,
    );
  });

  test("lists every command, and how it can end", () => {
    expect(rowsOf("commands")).toEqual(
      expect.arrayContaining([
        ["`npx gozcu job <id>`", "everything about one job"],
        ["`npx gozcu restore …`", "replace what the deployed stack keeps by an archive"],
      ]),
    );
    expect(rowsOf("exits")).toContainEqual(["69", "no Gözcü answers"]);
  });

  test("lists every setting with its default and meaning", () => {
    const rows = rowsOf("settings");
    expect(rows.map(([name]) => name)).toEqual(settingNames.map((name) => `\`${name}\``));
    expect(rows).toContainEqual(["`PORT`", "`3000`", settings.PORT.meaning]);
    expect(rows).toContainEqual(["`COMFYUI_URL`", "the demo renderer", settings.COMFYUI_URL.meaning]);
  });

  test("lists every route with its budget in milliseconds", () => {
    const rows = rowsOf("routes");
    expect(rows).toHaveLength(endpointNames.length + pageRouteNames.length);
    expect(rows).toContainEqual(["`GET /api/ping`", "", "10 ms", endpoints.ping.summary]);
    expect(rows).toContainEqual(["`GET /`", "", "100 ms", pageRoutes.page.summary]);
    expect(rows).toContainEqual(["`GET /events`", "", "stays open", pageRoutes.events.summary]);
    expect(rows).toContainEqual(["`POST /api/jobs`", "`X-API-Key`", "200 ms", endpoints.jobSubmit.summary]);
  });

  test("lists every metric by the name and the labels that Prometheus shows", () => {
    const rows = rowsOf("metrics");
    const names = Object.keys(metrics) as readonly MetricName[];
    expect(rows.map(([name]) => name)).toEqual(names.map((name) => `\`${promName(name)}\``));
    const http = rows.find(([name]) => name === "`http_server_request_duration`");
    expect(http).toEqual(expect.arrayContaining(["histogram", "s"]));
    expect(http?.[3]).toContain("`http_request_method` `http_route` `http_response_status_code`");
  });
});

describe("the documents", () => {
  const texts = documents.map((name) => ({
    name,
    text: readFileSync(new URL(`../${name}`, import.meta.url), "utf8"),
  }));
  const sectionsIn = (text: string) => [...text.matchAll(/<!-- generated: (\w+) -->/g)].map(([, name = ""]) => name);

  test("that are generated have a section each, and no section stands twice", () => {
    for (const { name, text } of texts) expect([name, sectionsIn(text).length]).not.toEqual([name, 0]);
    const all = texts.flatMap(({ text }) => sectionsIn(text));
    expect(all.toSorted()).toEqual([
      ...["alerts", "architecture", "commands", "exits", "metrics", "routes", "services", "settings", "slos", "stack"],
    ]);
  });

  test("link to the runbooks from where they are", () => {
    expect(renderDocument("alerts/README.md", section("alerts"))).toContain(
      "[ComfyuiDown](generated/runbooks/ComfyuiDown.md)",
    );
    expect(renderDocument("infra/README.md", section("alerts"))).toContain(
      "[ComfyuiDown](../alerts/generated/runbooks/ComfyuiDown.md)",
    );
  });
});

describe("the tables of alerts and objectives", () => {
  test("list every declaration with its threshold, its times and what silences it, and link to the runbooks", () => {
    const rows = rowsOf("alerts");
    const link = (name: string) => `[${name}](alerts/generated/runbooks/${name}.md)`;
    expect(rows.map(([name]) => name)).toEqual(alerts.map(({ name }) => link(name)));
    const { above } = thresholds.queueSizeHigh;
    expect(rows.find(([name]) => name === link("QueueSizeHigh"))).toEqual([
      link("QueueSizeHigh"),
      "warning",
      `\`dashboard_jobs_pending\` is more than ${above} jobs`,
      "1m",
      "2 min 30 s",
      ["QueueOverflow", "DatabaseDown", "QueueDown", "ComfyuiDown", "WorkerStalled"].map(link).join(", "),
    ]);
  });

  test("list every objective with its target", () => {
    expect(rowsOf("slos")).toContainEqual(["`availability`", "99.9 %", "30 days", slos.availability.help]);
    expect(rowsOf("slos")).toHaveLength(sloNames.length);
  });

  test("tell where a metric is used", () => {
    const uses = Object.fromEntries(rowsOf("metrics").map(([name, , , , , used]) => [name, used]));
    expect(uses["`dashboard_jobs_pending`"]).toBe("alert, panel, runbook");
    expect(uses["`dashboard_jobs_total`"]).toBe("panel");
  });
});

describe(".env.example", () => {
  const text = renderEnvExample();
  const lines = text.split("\n");
  /** What stands behind `#NAME=`, by name. */
  const examples = new Map(
    [...text.matchAll(/^#([A-Z_]+)=(.*)$/gm)].map(([, name = "", value = ""]) => [name, value] as const),
  );

  test("has every setting once, in order, and sets none", () => {
    expect([...examples.keys()]).toEqual(settingNames);
    expect(lines.filter((line) => line !== "" && !line.startsWith("#"))).toEqual([]);
  });

  test("gives no value for a secret, and says that it is one", () => {
    const secrets = settingNames.filter((name) => "secret" in settings[name]);
    expect(secrets).toContain("API_KEYS");
    expect(secrets.map((name) => examples.get(name))).toEqual(secrets.map(() => ""));
    expect(lines.filter((line) => line.includes(" Secret. "))).toHaveLength(secrets.length);
  });

  test("taken as it is, with every line switched on, means the defaults", () => {
    expect(readConfig(Object.fromEntries(examples))).toEqual(readConfig({}));
  });

  test("explains each setting in a line above it, in plain text", () => {
    for (const name of settingNames) {
      const above = lines[lines.findIndex((line) => line.startsWith(`#${name}=`)) - 1];
      expect(above).toBe(
        `# ${settings[name].meaning}.${"secret" in settings[name] ? " Secret." : ""} Default: ${settings[name].default}.`.replaceAll(
          "`",
          "",
        ),
      );
    }
  });

  test("is the same each time", () => {
    expect(renderEnvExample()).toBe(text);
  });
});
