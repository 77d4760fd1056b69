import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { ports } from "../../../app/catalogue/ports.ts";
import { typeCheck } from "../../../app/telemetry/type-check.ts";
import { copyTree } from "../../tree-copy.ts";
import { findFreePort } from "../programs.ts";
import { startServiceProcess } from "../service-process.ts";
import type { Block } from "./blocks.ts";

const run = promisify(execFile);

/** Somebody who tries out what a document says. */
export interface Reader {
  /** Runs a block, in the order in which they stand; gives what it prints, and rejects when it fails. */
  run(block: Block): Promise<string>;
  close(): Promise<void>;
}

/** What a checkout has beside what every copy of the tree has. */
const more = [
  ...["k6", "Dockerfile", ".dockerignore", "cdktf.json", "package-lock.json", "gozcu.example.yml", "LICENSE"],
  ...["tsconfig.json", ".jestrc.json"],
];

/** Nothing of the outside but where programs are. */
const environment = {
  PATH: process.env.PATH,
  npm_config_loglevel: "error",
  CHECKPOINT_DISABLE: "1",
  NODE_NO_WARNINGS: "1",
};

/** What commands write before they tell anything: which script npm runs. */
const npmBanner = /^\n?(> .*\n)+\n/gm;

/**
 * A reader in a copy of the tree, who has followed the first minutes on a machine that has everything: the service runs
 * in it, with its data in `.gozcu`, and Prometheus and Alertmanager beside it.
 */
export async function startReader(): Promise<Reader> {
  const tree = await copyTree(more);
  const monitors = { prometheus: await findFreePort(), alertmanager: await findFreePort() };
  const service = await startServiceProcess(
    {
      DATA_DIR: join(tree.path, ".gozcu"),
      ...{ API_KEYS: "", WEBHOOK_SECRET: "" },
      START_MONITORING: "true",
      PROMETHEUS_PORT: String(monitors.prometheus),
      ALERTMANAGER_PORT: String(monitors.alertmanager),
    },
    { root: tree.path },
  );

  /** The same commands, but for where things are; and a request that is refused is an error. */
  const place = (script: string) =>
    script
      .replaceAll(`http://127.0.0.1:${ports.metrics}/metrics`, service.metricsUrl)
      .replaceAll(/https:\/\/gozcu\.example\.com|http:\/\/127\.0\.0\.1:3000/g, service.url)
      .replaceAll("curl -s ", "curl -s --fail-with-body ");

  /** A shorter run; whether this machine keeps the numbers is not asked here. */
  const shorterLoad = `
    npm() {
      case "$*" in
        "run k6 -- "*) command npm "$@" --url ${service.url} --duration 2s || [ $? = 1 ] ;;
        "run k6:compare"*) command npm "$@" || [ $? = 1 ] ;;
        *) command npm "$@" ;;
      esac
    }`;

  async function runShell({ code }: Block): Promise<string> {
    const shell = ["--norc", "-eu", "-o", "pipefail", "-c", `${shorterLoad}\n${place(code)}`];
    const { stdout } = await run("bash", shell, { cwd: tree.path, env: environment, maxBuffer: 2 ** 26 });
    return stdout.replaceAll(npmBanner, "");
  }

  async function runTypeScript({ code, document, line }: Block): Promise<string> {
    const folder = join(tree.path, dirname(document));
    const file = join(folder, `example-at-${line}.ts`);
    await writeFile(file, code);
    const complaints = await typeCheck(String(pathToFileURL(file)));
    if (complaints !== "") throw new Error(`${document}:${line} does not compile:\n${complaints}`);
    const env = { ...environment, OTEL_EXPORTER_PROMETHEUS_PORT: "0" };
    const { stdout, stderr } = await run(process.execPath, [file], { cwd: folder, env });
    if (stderr !== "") throw new Error(`${document}:${line} complains: ${stderr}`);
    return stdout;
  }

  return {
    async run(block) {
      if (block.language === "sh") return runShell(block);
      if (block.language === "ts") return runTypeScript(block);
      throw new Error(`${block.document}:${block.line}: nobody knows how to run ${block.language || "a plain block"}`);
    },
    async close() {
      await service.close();
      await tree.close();
    },
  };
}
