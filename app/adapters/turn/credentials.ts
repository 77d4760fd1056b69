import { createHmac, randomBytes } from "node:crypto";

export interface TurnCredentials {
  readonly username: string;
  readonly credential: string;
}

/**
 * Time-limited TURN credentials by coturn's REST scheme (`use-auth-secret`, draft-uberti-behave-turn-rest-00): the
 * server works them out again from the secret, so none are stored.
 *
 * @param secret coturn's `static-auth-secret`, used as the text it is: base64 is not decoded
 * @param label tells in coturn's log whose they are
 * @param expiresAt until when a session may begin; cut to whole seconds
 */
export function createTurnCredentials({
  secret,
  label,
  expiresAt,
}: {
  readonly secret: string;
  readonly label: string;
  readonly expiresAt: Date;
}): TurnCredentials {
  const username = `${Math.floor(expiresAt.getTime() / 1_000)}:${label}`;
  return { username, credential: createHmac("sha1", secret).update(username).digest("base64") };
}

/** A new secret, as `turn_rotation` writes it to `turn:secret`: 32 random bytes in base64. */
export function createTurnSecret(): string {
  return randomBytes(32).toString("base64");
}
