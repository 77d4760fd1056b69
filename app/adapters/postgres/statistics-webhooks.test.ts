import { describe, expect, test } from "@jest/globals";
import { useDatabases } from "../../../infra/e2e/databases.ts";
import { limits } from "../../catalogue/limits.ts";
import { readFacts } from "./statistics.ts";
import { createTestJobs } from "./test-jobs.ts";

const databases = useDatabases();

describe("failing webhooks", () => {
  type Outcome = "delivered" | "failed" | "refused";
  const forgottenAfter = limits.webhookWindowSeconds / 60 + 1;

  /** Attempts so many whole minutes ago, in the order of the outcomes. */
  async function openWithAttempts(attempts: readonly (readonly [minutesAgo: number, outcome: Outcome])[]) {
    const opened = await databases.create();
    const { add, complete } = createTestJobs(opened.database);
    await complete(await add({ webhookUrl: "https://example.com/hook" }));
    for (const [index, [minutesAgo, outcome]] of attempts.entries())
      await opened.sql(
        `insert into delivery_attempts (delivery_id, n, at, outcome, duration_ms)
         select id, $1, now() - make_interval(mins => $2), $3, 5 from deliveries`,
        [index + 1, minutesAgo, outcome],
      );
    return opened;
  }

  const streaks: readonly (readonly [string, Parameters<typeof openWithAttempts>[0], number])[] = [
    [
      "the first failure",
      [
        [40, "failed"],
        [20, "failed"],
        [1, "failed"],
      ],
      40,
    ],
    [
      "the first failure after the last success",
      [
        [9, "failed"],
        [6, "delivered"],
        [4, "failed"],
        [1, "failed"],
      ],
      4,
    ],
    [
      "the first failure of the last hour",
      [
        [90, "failed"],
        [8, "failed"],
        [1, "failed"],
      ],
      8,
    ],
    [
      "a failure, whatever the address guard refused before",
      [
        [9, "refused"],
        [3, "failed"],
      ],
      3,
    ],
  ];
  test.each(streaks)("fail since the end of the minute of %s", async (_, attempts, minutesAgo) => {
    const { webhookFailingSince, statistics } = await readFacts((await openWithAttempts(attempts)).database);
    const minutes = (statistics.readAt.getTime() - (webhookFailingSince?.getTime() ?? 0)) / 60_000;
    expect(minutes).toBeGreaterThanOrEqual(minutesAgo - 1);
    // The minute may end between the insert and the query.
    expect(minutes).toBeLessThanOrEqual(minutesAgo + 1);
  });

  const well: readonly (readonly [string, Parameters<typeof openWithAttempts>[0]])[] = [
    [
      "got through since",
      [
        [9, "failed"],
        [2, "failed"],
        [1, "delivered"],
      ],
    ],
    [
      "got through in the same minute",
      [
        [2, "delivered"],
        [2, "failed"],
      ],
    ],
    [
      "failed, but none within the window",
      [
        [20, "failed"],
        [forgottenAfter, "failed"],
      ],
    ],
    [
      "were tried but refused by the address guard",
      [
        [9, "refused"],
        [0, "refused"],
      ],
    ],
  ];
  test.each(well)("are not told of when some %s", async (_, attempts) => {
    expect(await readFacts((await openWithAttempts(attempts)).database)).not.toHaveProperty("webhookFailingSince");
  });
});
