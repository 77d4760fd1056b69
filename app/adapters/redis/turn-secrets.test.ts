import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { Redis } from "ioredis";
import { findFreePort, findProgram, type Server, startRedis } from "../../../infra/e2e/programs.ts";
import { publishTurnSecrets } from "./turn-secrets.ts";

const withRedis = findProgram("redis-server") === undefined ? test.skip : test;

describe("publishing the TURN secrets", () => {
  let redis: Server | undefined;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis?.close());

  withRedis("puts them under the names that a TURN server asks for", async () => {
    const url = redis?.url ?? "";
    await publishTurnSecrets(url, { "turn:secret": "new", "turn:secret:previous": "old" });
    const client = new Redis(url);
    expect(await client.mget("turn:secret", "turn:secret:previous")).toEqual(["new", "old"]);
    client.disconnect();
  });

  test("rejects when there is no Redis", async () => {
    const port = await findFreePort();
    await expect(publishTurnSecrets(`redis://127.0.0.1:${port}`, { "turn:secret": "x" })).rejects.toThrow();
  });
});
