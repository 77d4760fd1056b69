import type { Handlers } from "./call.ts";
import type { Measurements, SessionDesk } from "./ports.ts";

export function createSessionHandlers(options: {
  readonly sessions: Pick<SessionDesk, "open">;
  /** Counts into the histograms. */
  readonly record: (measurements: Measurements) => void;
}): Pick<Handlers, "sessionCreate" | "sessionMeasure"> {
  return {
    sessionCreate: async () => {
      const { id, token, expiresAt, iceServers } = await options.sessions.open();
      return {
        status: 201,
        body: {
          id,
          token,
          expiresAt: expiresAt.toISOString(),
          iceServers: iceServers.map(({ urls, username, credential }) => ({ urls: [...urls], username, credential })),
        },
      };
    },
    sessionMeasure: ({ body }) => {
      options.record(body);
      return { status: 202, body: { status: "accepted" } };
    },
  };
}
