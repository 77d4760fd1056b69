import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import packageJson from "../../package.json" with { type: "json" };
import { makeFolder } from "./programs.ts";
import { type ServiceProcess, startServiceProcess } from "./service-process.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const readme = await readFile(join(root, "README.md"), "utf8");
const blocks = [...readme.matchAll(/<!-- run -->\n```sh\n([\s\S]*?)```/g)].map(([, script = ""]) => script);
const run = promisify(execFile);

describe("the README", () => {
  let service: ServiceProcess;
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  let work: Awaited<ReturnType<typeof makeFolder>>;
  beforeAll(async () => {
    folder = await makeFolder();
    work = await makeFolder();
    service = await startServiceProcess({ DATA_DIR: folder.path, API_KEYS: "", WEBHOOK_SECRET: "" });
  });
  afterAll(async () => {
    await service.close();
    await folder.close();
    await work.close();
  });

  /** The block as a reader would run it, but for where the service is. */
  const runBlock = (script: string) =>
    run(
      "bash",
      [
        "-euo",
        "pipefail",
        "-c",
        script
          .replaceAll("http://127.0.0.1:3000", service.url)
          .replaceAll("http://127.0.0.1:9464/metrics", service.metricsUrl)
          .replaceAll(".gozcu/", `${folder.path}/`)
          .replaceAll("picture.png", join(work.path, "picture.png"))
          .replaceAll("curl -s ", "curl -s --fail-with-body "),
      ],
      { cwd: root, timeout: 60_000 },
    );

  test("shows how to post a job and fetch its picture", async () => {
    const [first = ""] = blocks;
    const { stdout } = await runBlock(first);
    expect(stdout).toContain('"completed"');
    const picture = await readFile(join(work.path, "picture.png"));
    expect(picture.subarray(1, 4).toString()).toBe("PNG");
  });

  test("shows how to post a workflow", async () => {
    const { stdout } = await runBlock(blocks[1] ?? "");
    expect(JSON.parse(stdout)).toMatchObject({ status: "pending" });
  });

  test("shows what the service knows about itself", async () => {
    const { stdout } = await runBlock(blocks[2] ?? "");
    for (const part of ['"status":"healthy"', '"jobs":{', "dashboard_jobs_total", "active_spans", "[+]database ok"])
      expect(stdout).toContain(part);
    expect(blocks).toHaveLength(3);
  });

  test("names only scripts that there are, and files and folders that exist", () => {
    const scripts = [...readme.matchAll(/npm run ([\w:-]+)/g)].map(([, name = ""]) => name);
    expect(scripts.length).toBeGreaterThan(0);
    expect(Object.keys(packageJson.scripts)).toEqual(expect.arrayContaining(scripts));
    const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, path = ""]) => path);
    expect(links.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });
});
