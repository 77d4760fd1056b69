import { expect, test } from "@jest/globals";
import { healthy, readAt } from "../api/fake-desks.ts";
import { createTestFacts, firingAlert, links } from "./test-page.ts";
import { createViews } from "./views.ts";

function createTestViews(facts = createTestFacts()) {
  const world = { facts, reads: 0 };
  const views = createViews({
    facts: {
      coarse: () => world.facts,
      all: async (range) => {
        world.reads += 1;
        return { ...world.facts, range };
      },
    },
    links: () => links,
  });
  return { world, views };
}

test("a view is rendered once for all who look at it at the same time, and each range for itself", async () => {
  const { world, views } = createTestViews();
  const key = { audience: "key", range: "1h" } as const;
  const [one, other] = await Promise.all([views.read(key), views.read(key)]);
  expect(one).toBe(other);
  expect(await views.read({ ...key, range: "7d" })).not.toBe(one);
  expect(world.reads).toBe(2);
});

test("everybody is shown the overall state and the services, and nothing else is read for that", async () => {
  const facts = createTestFacts({ firing: [firingAlert], jobs: undefined });
  const { world, views } = createTestViews(facts);
  const { sections } = await views.read({ audience: "public", range: "24h" });
  expect(sections.map(({ id }) => id)).toEqual(["overall", "services"]);
  expect(sections.map(({ text }) => text).join("")).not.toContain(firingAlert.annotations.summary);
  expect(world.reads).toBe(0);
});

test("what the clock alone has changed is no news", async () => {
  const stateAt = async (now: Date, changes = {}) => {
    const { views } = createTestViews(createTestFacts({ now, firing: [firingAlert], ...changes }));
    return (await views.read({ audience: "key", range: "1h" })).state;
  };
  const first = await stateAt(readAt);
  expect(await stateAt(new Date(readAt.getTime() + 9_000))).toBe(first);
  expect(await stateAt(readAt, { firing: [] })).not.toBe(first);
  expect(
    await stateAt(readAt, { health: { ...healthy, sources: [{ source: "a", metrics: {}, reportedAt: readAt }] } }),
  ).not.toBe(first);
});
