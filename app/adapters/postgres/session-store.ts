import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { v7 as uuid } from "uuid";
import type { SessionDesk } from "../../api/ports.ts";
import { limits } from "../../catalogue/limits.ts";
import { createTurnCredentials, createTurnSecret } from "../turn/credentials.ts";
import type { Database } from "./database.ts";
import type { TurnSecrets } from "./secrets.ts";

const hash = (token: string): Buffer => createHash("sha256").update(token).digest();

export interface SessionStoreOptions {
  readonly database: Database;
  readonly turnSecrets: TurnSecrets;
  readonly turnUrls: readonly string[];
}

/** WebRTC sessions: a token kept only as a hash, and TURN credentials that end with the session. */
export function createSessionStore({ database, turnSecrets, turnUrls }: SessionStoreOptions): SessionDesk {
  return {
    async open() {
      const id = uuid();
      const token = randomBytes(32).toString("base64url");
      const secret = await turnSecrets.read(createTurnSecret);
      const [row] = await database.query<{ expires_at: Date }>(
        "opening a session",
        `insert into sessions (id, token_hash, expires_at)
         values ($1, $2, date_trunc('second', clock_timestamp()) + make_interval(secs => $3)) returning expires_at`,
        [id, hash(token), limits.sessionSeconds],
      );
      if (row === undefined) throw new Error("Postgres wrote a session and did not return it");
      const credentials = createTurnCredentials({ secret, label: id, expiresAt: row.expires_at });
      return { id, token, expiresAt: row.expires_at, iceServers: [{ urls: turnUrls, ...credentials }] };
    },

    async check(id, token) {
      const [row] = await database.query<{ token_hash: Buffer }>(
        "looking up a session",
        "select token_hash from sessions where id = $1 and expires_at > clock_timestamp()",
        [id],
      );
      if (row === undefined) return "unknown";
      return timingSafeEqual(row.token_hash, hash(token)) ? "ok" : "wrong token";
    },
  };
}
