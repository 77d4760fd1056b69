import { createHash, randomUUID } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { useDatabases } from "../../../infra/e2e/databases.ts";
import { limits } from "../../catalogue/limits.ts";
import { createTurnCredentials } from "../turn/credentials.ts";
import { createTurnSecrets } from "./secrets.ts";
import { createSessionStore } from "./session-store.ts";

const databases = useDatabases();

async function openSessions() {
  const opened = await databases.create();
  const turnSecrets = createTurnSecrets(opened.database);
  const sessions = createSessionStore({ database: opened.database, turnSecrets, turnUrls: ["turn:127.0.0.1:3478"] });
  return { ...opened, turnSecrets, sessions };
}

describe("a session", () => {
  test("has a token that is kept only as a hash", async () => {
    const { sessions, sql } = await openSessions();
    const { id, token } = await sessions.open();
    expect(await sql("select * from sessions")).toMatchObject([
      { id, token_hash: createHash("sha256").update(token).digest() },
    ]);
  });

  test("hands out TURN credentials of the current secret that end with it", async () => {
    const { sessions, turnSecrets } = await openSessions();
    const before = Date.now();
    const { id, expiresAt, iceServers } = await sessions.open();
    const secret = await turnSecrets.read(() => "not needed");
    expect(iceServers).toEqual([
      { urls: ["turn:127.0.0.1:3478"], ...createTurnCredentials({ secret, label: id, expiresAt }) },
    ]);
    expect(expiresAt.getTime() % 1_000).toBe(0);
    expect(Math.abs(expiresAt.getTime() - before - limits.sessionSeconds * 1_000)).toBeLessThan(60_000);
  });

  test("knows its own token, and no other", async () => {
    const { sessions } = await openSessions();
    const [first, second] = [await sessions.open(), await sessions.open()];
    expect(await sessions.check(first.id, first.token)).toBe("ok");
    expect(await sessions.check(first.id, second.token)).toBe("wrong token");
    expect(await sessions.check(first.id, "")).toBe("wrong token");
    expect(await sessions.check(randomUUID(), first.token)).toBe("unknown");
  });

  test("is unknown once it has expired, also with the right token", async () => {
    const { sessions, sql } = await openSessions();
    const { id, token } = await sessions.open();
    await sql("update sessions set expires_at = clock_timestamp()");
    expect(await sessions.check(id, token)).toBe("unknown");
  });
});

describe("the TURN secret", () => {
  const name = "turn:secret";
  const previous = "turn:secret:previous";

  test("is made once, whoever asks first", async () => {
    const { turnSecrets, sql } = await openSessions();
    const read = await Promise.all(Array.from({ length: 10 }, (_, n) => turnSecrets.read(() => `secret ${n}`)));
    expect(new Set(read).size).toBe(1);
    expect(await sql("select name, value from secrets")).toEqual([{ name, value: read[0] }]);
  });

  test("that is rotated stays as the previous one, and only that one", async () => {
    const { turnSecrets } = await openSessions();
    await turnSecrets.read(() => "first");
    await turnSecrets.rotate("second");
    await turnSecrets.rotate("third");
    expect(await turnSecrets.all()).toEqual({ [name]: "third", [previous]: "second" });
    expect(await turnSecrets.read(() => "not needed")).toBe("third");
  });

  test("may be rotated before it was ever read", async () => {
    const { turnSecrets } = await openSessions();
    await turnSecrets.rotate("first");
    expect(await turnSecrets.read(() => "not needed")).toBe("first");
  });

  test("of new sessions is the new one after a rotation", async () => {
    const { sessions, turnSecrets } = await openSessions();
    await sessions.open();
    await turnSecrets.rotate("second");
    const { id, expiresAt, iceServers } = await sessions.open();
    const { credential } = createTurnCredentials({ secret: "second", label: id, expiresAt });
    expect(iceServers[0]?.credential).toBe(credential);
  });
});
