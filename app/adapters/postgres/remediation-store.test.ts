import { describe, expect, test } from "@jest/globals";
import { useDatabases } from "../../../infra/e2e/databases.ts";
import { limits } from "../../catalogue/limits.ts";
import { createRemediationStore, readRemediationFacts } from "./remediation-store.ts";

const databases = useDatabases();
const alert = "ComfyuiDown";
const { remediationPauseSeconds, remediationWindowSeconds, remediationsPerWindow, remediationAbandonedSeconds } =
  limits;

async function openStore() {
  const opened = await databases.create();
  const store = createRemediationStore(opened.database);
  return {
    ...opened,
    store,
    /** As if all that was begun so far had been begun so much earlier. */
    pass: (seconds: number) =>
      opened.sql("update remediations set started_at = started_at - make_interval(secs => $1)", [seconds]),
    async attempt(outcome: "succeeded" | "failed" = "succeeded") {
      const id = await store.begin(alert);
      if (id !== undefined) await store.end(id, { outcome, output: "" });
      return id;
    },
  };
}

describe("an attempt", () => {
  test("is given to one of many replicas that ask at once", async () => {
    const { store } = await openStore();
    const ids = await Promise.all(Array.from({ length: 8 }, () => store.begin(alert)));
    expect(ids.filter((id) => id !== undefined)).toHaveLength(1);
  });

  test("comes after the pause at the earliest", async () => {
    const { attempt, pass } = await openStore();
    expect(await attempt()).toBeDefined();
    await pass(remediationPauseSeconds - 10);
    expect(await attempt()).toBeUndefined();
    await pass(10);
    expect(await attempt()).toBeDefined();
  });

  test("is given so many times within the window, and again when the first has left it", async () => {
    const { attempt, pass } = await openStore();
    for (let n = 0; n < remediationsPerWindow; n += 1) {
      expect(await attempt("failed")).toBeDefined();
      await pass(remediationPauseSeconds);
    }
    expect(await attempt()).toBeUndefined();
    const passed = remediationPauseSeconds * remediationsPerWindow;
    await pass(remediationWindowSeconds - passed);
    expect(await attempt()).toBeDefined();
    expect(await attempt()).toBeUndefined();
  });

  test("of another alert has a pause of its own", async () => {
    const { store, attempt } = await openStore();
    expect(await attempt()).toBeDefined();
    expect(await store.begin("DatabaseDown")).toBeDefined();
  });
});

describe("the record", () => {
  test("lists the last attempts, the newest first, with how they ended", async () => {
    const { store, attempt, pass } = await openStore();
    const failing = await store.begin(alert);
    await store.end(failing ?? "", { outcome: "failed", reason: "ended with exit code 3", output: "no such unit\n" });
    await pass(remediationPauseSeconds);
    const succeeded = await attempt();
    await pass(remediationPauseSeconds);
    const running = await store.begin(alert);
    const listed = await store.list();
    expect(listed.map(({ id }) => id)).toEqual([running, succeeded, failing]);
    expect(listed[0]).toEqual({ id: running, alert, startedAt: expect.anything() });
    expect(listed[1]?.ending).toEqual({ outcome: "succeeded", output: "", endedAt: expect.anything() });
    expect(listed[2]?.ending).toMatchObject({ reason: "ended with exit code 3", output: "no such unit\n" });
  });

  test("lists no more than so many", async () => {
    const { store, sql } = await openStore();
    await sql(
      `insert into remediations (id, alert, started_at, ended_at, outcome)
       select gen_random_uuid(), $1, now() - make_interval(hours => n), now(), 'failed' from generate_series(1, $2) n`,
      [alert, limits.remediationsListed + 5],
    );
    expect(await store.list()).toHaveLength(limits.remediationsListed);
  });

  test("calls an attempt failed whose end was not recorded in time", async () => {
    const { database, store, pass } = await openStore();
    const id = (await store.begin(alert)) ?? "";
    await pass(remediationAbandonedSeconds - 10);
    expect((await store.list())[0]?.ending).toBeUndefined();
    expect(await readRemediationFacts(database, { configured: false })).toEqual({});
    await pass(20);
    expect(await readRemediationFacts(database, { configured: false })).toEqual({
      remediations: { succeeded: 0, failed: 1 },
    });
    expect((await store.list())[0]?.ending).toMatchObject({ outcome: "failed", reason: "its end was never recorded" });
    await store.end(id, { outcome: "succeeded", output: "too late" });
    expect((await store.list())[0]?.ending).toMatchObject({ outcome: "failed" });
  });

  test("counts by outcome; nothing where none ended, unless one is configured", async () => {
    const { database, attempt, pass } = await openStore();
    expect(await readRemediationFacts(database, { configured: false })).toEqual({});
    expect(await readRemediationFacts(database, { configured: true })).toEqual({
      remediations: { succeeded: 0, failed: 0 },
    });
    await attempt("failed");
    await pass(remediationPauseSeconds);
    await attempt("failed");
    for (const configured of [true, false]) {
      expect(await readRemediationFacts(database, { configured })).toEqual({
        remediations: { succeeded: 0, failed: 2 },
      });
    }
  });
});
