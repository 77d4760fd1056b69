import { Redis } from "ioredis";

const deadlineMs = 2_000;

/**
 * Writes the TURN secrets under their own names (`turn:secret`, `turn:secret:previous`) to Redis, for a TURN server that
 * reads them there. Opens a connection for it and closes it again: it happens every few minutes.
 * Rejects when Redis does not take them in time.
 */
export async function publishTurnSecrets(url: string, secrets: Readonly<Record<string, string>>): Promise<void> {
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: deadlineMs,
    commandTimeout: deadlineMs,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  // The command that is under way rejects too.
  client.on("error", () => {});
  try {
    await client.connect();
    await client.mset({ ...secrets });
  } finally {
    if (client.status !== "end") client.disconnect();
  }
}
