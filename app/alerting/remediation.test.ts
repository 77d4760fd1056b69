import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { useDatabases } from "../../infra/e2e/databases.ts";
import { eventually } from "../../infra/e2e/eventually.ts";
import { runCommand } from "../adapters/command.ts";
import type { Database } from "../adapters/postgres/database.ts";
import { DatabaseUnavailable } from "../adapters/postgres/errors.ts";
import { createRemediationStore } from "../adapters/postgres/remediation-store.ts";
import type { ReportedAlert } from "../api/ports.ts";
import { limits } from "../catalogue/limits.ts";
import { createAlertBoard } from "./alert-board.ts";
import { createAlertDesk } from "./alert-desk.ts";
import { createRemediation, type RemediationOptions } from "./remediation.ts";

const databases = useDatabases();
let folder: string;
let ran: string;
let logged: string[];
let opened: { close(): Promise<void> }[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "gozcu-remediation-"));
  ran = join(folder, "ran");
  logged = [];
  opened = [];
});
afterEach(async () => {
  await Promise.all(opened.map((remediation) => remediation.close()));
  await rm(folder, { recursive: true });
});

function reported(name: string, status: ReportedAlert["status"] = "firing"): readonly ReportedAlert[] {
  return [{ status, name, labels: { alertname: name }, annotations: {}, since: new Date(), fingerprint: name }];
}
const comfyuiDown = reported("ComfyuiDown");

/** One API process with its command. */
function openReplica(
  database: Database,
  command: string,
  {
    store = createRemediationStore(database),
    ...timing
  }: Partial<RemediationOptions["timing"]> & { readonly store?: RemediationOptions["store"] } = {},
) {
  const env = { PATH: "/usr/bin:/bin" };
  const remediation = createRemediation({
    store,
    run: (signal) => runCommand({ command, env, signal, timeoutSeconds: 30, outputCharacters: 2_000 }),
    timing: { abandonedMs: 60_000, retryMs: 10, ...timing },
    log: (level, message) => logged.push(`${level} ${message}`),
  });
  opened.push(remediation);
  return createAlertDesk({
    board: createAlertBoard(),
    remediation,
    remediations: createRemediationStore(database).list,
  });
}

const timesRan = () =>
  readFile(ran, "utf8").then(
    (text) => text.trim().split("\n").length,
    () => 0,
  );

type Desk = ReturnType<typeof openReplica>;
async function ended(desk: Desk, count: number) {
  return eventually(async () => {
    const all = await desk.remediations();
    expect(all.filter(({ ending }) => ending !== undefined)).toHaveLength(count);
    return all;
  });
}

describe("the remediation", () => {
  test("runs the command once, however often two replicas hear of the alert", async () => {
    const { database } = await databases.create();
    const [one, other] = [0, 1].map(() => openReplica(database, `echo ran >> ${ran}; echo restarted`));
    if (one === undefined || other === undefined) throw new Error("there are two");
    for (const desk of [one, other, one, other]) desk.report(comfyuiDown);
    const [attempt] = await ended(one, 1);
    expect(attempt).toMatchObject({ alert: "ComfyuiDown", ending: { outcome: "succeeded", output: "restarted\n" } });
    for (const desk of [one, other]) desk.report(comfyuiDown);
    await Promise.all(opened.map((remediation) => remediation.close()));
    expect(await timesRan()).toBe(1);
    expect(await one.remediations()).toHaveLength(1);
  });

  test("runs it again after the pause, when the alert is repeated, so many times in all", async () => {
    const { database, sql } = await databases.create();
    const desk = openReplica(database, `echo ran >> ${ran}; exit 1`);
    for (let n = 1; n <= limits.remediationsPerWindow; n += 1) {
      // The end of the one before is recorded a moment before the next may begin.
      await eventually(async () => {
        desk.report(comfyuiDown);
        expect(await timesRan()).toBe(n);
      });
      await ended(desk, n);
      await sql("update remediations set started_at = started_at - make_interval(secs => $1)", [
        limits.remediationPauseSeconds,
      ]);
    }
    desk.report(comfyuiDown);
    await Promise.all(opened.map((remediation) => remediation.close()));
    expect(await timesRan()).toBe(limits.remediationsPerWindow);
  });

  test("that fails is recorded and logged, without the command's text or output", async () => {
    const { database } = await databases.create();
    const desk = openReplica(database, "echo the-secret-of-the-command; exit 3");
    desk.report(comfyuiDown);
    const [attempt] = await ended(desk, 1);
    expect(attempt?.ending).toMatchObject({ outcome: "failed", reason: "ended with exit code 3" });
    expect(logged).toEqual([
      "info ComfyuiDown fires: the configured command is started",
      "warn the command against ComfyuiDown has failed: it ended with exit code 3",
    ]);
  });

  test.each([
    ["another alert", reported("DatabaseDown")],
    ["its end", reported("ComfyuiDown", "resolved")],
    ["nothing", []],
  ])("is not begun by %s", async (_, alerts) => {
    const { database } = await databases.create();
    const desk = openReplica(database, `echo ran >> ${ran}`);
    desk.report(alerts);
    await Promise.all(opened.map((remediation) => remediation.close()));
    expect([await timesRan(), await desk.remediations()]).toEqual([0, []]);
  });

  test("is not made without a command: the alert is only kept", async () => {
    const { database } = await databases.create();
    const desk = createAlertDesk({
      board: createAlertBoard(),
      remediations: createRemediationStore(database).list,
    });
    desk.report(comfyuiDown);
    expect(desk.firing()).toMatchObject([{ name: "ComfyuiDown" }]);
    expect(await desk.remediations()).toEqual([]);
  });

  test("is left out while the database is away, and made at the next repetition", async () => {
    const { database } = await databases.create();
    const store = createRemediationStore(database);
    let away = true;
    const desk = openReplica(database, `echo ran >> ${ran}`, {
      store: {
        ...store,
        begin: async (alert) => {
          if (away) throw new DatabaseUnavailable("beginning a remediation", new Error("connection refused"));
          return store.begin(alert);
        },
      },
    });
    desk.report(comfyuiDown);
    await eventually(async () => expect(logged).toEqual([expect.stringMatching(/^warn the database did not take/)]));
    expect(await timesRan()).toBe(0);
    away = false;
    desk.report(comfyuiDown);
    await ended(desk, 1);
    expect(await timesRan()).toBe(1);
  });

  /** A store that cannot record an end so many times. */
  function loseEnds(database: Database, count: number) {
    const store = createRemediationStore(database);
    const tries: string[] = [];
    const end: typeof store.end = async (id, ending) => {
      if (tries.push(id) <= count) throw new DatabaseUnavailable("recording", new Error("connection refused"));
      return store.end(id, ending);
    };
    return { store: { begin: store.begin, end }, tries };
  }

  test("that succeeds while the database is away is recorded when it is back", async () => {
    const { database } = await databases.create();
    const { store, tries } = loseEnds(database, 3);
    const desk = openReplica(database, "echo restarted", { store });
    desk.report(comfyuiDown);
    const [attempt] = await ended(desk, 1);
    expect(attempt?.ending).toMatchObject({ outcome: "succeeded", output: "restarted\n" });
    expect(tries).toHaveLength(4);
    expect(logged).toEqual([expect.stringMatching(/^info /), expect.stringMatching(/^info .* has succeeded$/)]);
  });

  const notRecorded = expect.stringMatching(/^warn how the command against ComfyuiDown ended was not recorded/);

  test("whose end could not be recorded in time is logged", async () => {
    const { database } = await databases.create();
    const { store } = loseEnds(database, Number.POSITIVE_INFINITY);
    const desk = openReplica(database, "echo restarted", { store, abandonedMs: 0 });
    desk.report(comfyuiDown);
    await eventually(async () => expect(logged).toContainEqual(notRecorded));
  });

  test("does not keep the service from closing while the database is away", async () => {
    const { database } = await databases.create();
    const { store, tries } = loseEnds(database, Number.POSITIVE_INFINITY);
    const desk = openReplica(database, "echo restarted", { store, retryMs: 1_000_000 });
    desk.report(comfyuiDown);
    await eventually(async () => expect(tries).toHaveLength(1));
    await Promise.all(opened.map((remediation) => remediation.close()));
    expect(tries).toHaveLength(2);
    expect(logged).toContainEqual(notRecorded);
  });

  test("under way is ended, and recorded, when the service closes", async () => {
    const { database } = await databases.create();
    const desk = openReplica(database, `echo ran >> ${ran}; sleep 1000`);
    desk.report(comfyuiDown);
    await eventually(async () => expect(await timesRan()).toBe(1));
    await Promise.all(opened.map((remediation) => remediation.close()));
    const [attempt] = await desk.remediations();
    expect(attempt?.ending).toMatchObject({ outcome: "failed", reason: "was stopped with the service" });
    desk.report(comfyuiDown);
    await Promise.all(opened.map((remediation) => remediation.close()));
    expect(await timesRan()).toBe(1);
  });
});
