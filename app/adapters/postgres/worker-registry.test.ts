import { describe, expect, test } from "@jest/globals";
import { useDatabases } from "../../../infra/e2e/databases.ts";
import { readFacts } from "./statistics.ts";
import { createWorkerRegistry } from "./worker-registry.ts";

const databases = useDatabases();

async function open() {
  const { database, sql } = await databases.create();
  return {
    one: createWorkerRegistry(database, "0196f5a0-0000-7000-8000-000000000001"),
    other: createWorkerRegistry(database, "0196f5a0-0000-7000-8000-000000000002"),
    /** As if the time had passed since the workers last wrote. */
    pass: (minutes: number) =>
      sql(
        `update workers set seen_at = seen_at - make_interval(mins => $1),
           progressed_at = progressed_at - make_interval(mins => $1)`,
        [minutes],
      ),
    /** How long ago any worker was seen and made progress, to the minute and by Postgres' clock. */
    async minutesAgo() {
      const { statistics, workerSeenAt, progressedAt } = await readFacts(database);
      const minutesSince = (at: Date | undefined) =>
        at && Math.floor((statistics.readAt.getTime() - at.getTime()) / 60_000);
      return { seen: minutesSince(workerSeenAt), progressed: minutesSince(progressedAt) };
    },
  };
}

describe("the workers' signs of life", () => {
  test("are not known before there was any", async () => {
    const { minutesAgo } = await open();
    expect(await minutesAgo()).toEqual({ seen: undefined, progressed: undefined });
  });

  test("are a beat, and progress only with a beat that tells of it", async () => {
    const { one, pass, minutesAgo } = await open();
    await one.beat(false);
    expect(await minutesAgo()).toEqual({ seen: 0, progressed: 0 });
    await pass(5);
    expect(await minutesAgo()).toEqual({ seen: 5, progressed: 5 });
    await one.beat(false);
    expect(await minutesAgo()).toEqual({ seen: 0, progressed: 5 });
    await one.beat(true);
    expect(await minutesAgo()).toEqual({ seen: 0, progressed: 0 });
  });

  test("are those of the worker that was seen last", async () => {
    const { one, other, pass, minutesAgo } = await open();
    await one.beat(false);
    await pass(5);
    await other.beat(false);
    await pass(2);
    expect(await minutesAgo()).toEqual({ seen: 2, progressed: 2 });
  });

  test("end with the leave, which is one itself", async () => {
    const { one, pass, minutesAgo } = await open();
    await one.beat(false);
    await pass(5);
    await one.leave();
    expect(await minutesAgo()).toEqual({ seen: 0, progressed: 5 });
    await pass(2);
    expect(await minutesAgo()).toEqual({ seen: 2, progressed: 7 });
  });

  test("are none when a worker leaves that never gave any", async () => {
    const { one, minutesAgo } = await open();
    await one.leave();
    expect(await minutesAgo()).toEqual({ seen: undefined, progressed: undefined });
  });
});
