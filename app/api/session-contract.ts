import { z } from "zod";
import { limits } from "../catalogue/limits.ts";
import type { Contract } from "./contract.ts";
import { time, uuid } from "./scalars.ts";

const milliseconds = z.number().min(0).max(limits.measurementMs);

const measurements = z
  .strictObject({
    webrtcConnectionTimeMs: milliseconds.exactOptional().meta({ description: "How long the connection took, in ms" }),
    queueWaitTimeMs: milliseconds
      .exactOptional()
      .meta({ description: "How long the visitor waited in the queue, in ms" }),
  })
  .refine((body) => Object.keys(body).length > 0, "needs webrtcConnectionTimeMs, queueWaitTimeMs or both")
  .meta({
    id: "Measurements",
    example: { webrtcConnectionTimeMs: 234, queueWaitTimeMs: 5000 },
    override: { minProperties: 1 },
  });

const session = z
  .object({
    id: uuid,
    token: z.string().meta({ description: "The bearer token for this session's measurements" }),
    expiresAt: time,
    iceServers: z
      .array(z.object({ urls: z.array(z.string()), username: z.string(), credential: z.string() }))
      .meta({ description: "For `new RTCPeerConnection({ iceServers })`; the credentials end with the session" }),
  })
  .meta({ id: "Session" });

export const sessionContracts = {
  sessionCreate: {
    answers: { 201: { description: "The session is open", schema: session } },
    problems: ["database-unavailable"],
  },
  sessionMeasure: {
    path: z.object({ id: uuid }),
    body: measurements,
    answers: { 202: { description: "Counted", schema: z.object({ status: z.literal("accepted") }) } },
    problems: ["invalid-input", "database-unavailable"],
  },
} as const satisfies Record<string, Contract>;
