import { z } from "zod";
import { watchdogName } from "../../app/catalogue/notifications.ts";
import { errorMessage } from "../../app/error-message.ts";

/** Alertmanager does not answer, or something else does. */
export class UnreachableError extends Error {
  override readonly name = "UnreachableError";
}

const SilenceSchema = z.object({
  id: z.string(),
  status: z.object({ state: z.enum(["active", "pending", "expired"]) }),
  startsAt: z.string(),
  endsAt: z.string(),
  createdBy: z.string(),
  comment: z.string(),
  matchers: z.array(
    z.object({ name: z.string(), value: z.string(), isRegex: z.boolean(), isEqual: z.boolean().default(true) }),
  ),
});
export type Silence = z.infer<typeof SilenceSchema>;

const CreatedSchema = z.object({ silenceID: z.string() });

interface SilenceRequest {
  /** All but the Watchdog when there is none. */
  readonly alertNames: readonly string[];
  readonly seconds: number;
  readonly reason: string;
  readonly by: string;
}

/** All but the Watchdog, whose silence must mean that the pipeline is dead, and whose matcher alone would match nothing. */
const everyAlert = [
  { name: "alertname", value: ".+", isRegex: true, isEqual: true },
  { name: "alertname", value: watchdogName, isRegex: false, isEqual: false },
];

/** The silences of the Alertmanager at `url`, by its API v2. Every call gives up after `deadlineMs`: 10 s unless told. */
export function createSilences({ url, deadlineMs = 10_000 }: { readonly url: string; readonly deadlineMs?: number }) {
  async function ask(path: string, request: RequestInit = {}): Promise<Response> {
    const target = `${url.replace(/\/+$/, "")}/api/v2/${path}`;
    try {
      return await fetch(target, { ...request, signal: AbortSignal.timeout(deadlineMs) });
    } catch (error) {
      throw new UnreachableError(
        `Alertmanager does not answer at ${url} (${errorMessage(error)}): start it, or name its address with --url`,
        { cause: error },
      );
    }
  }

  async function read<T>(response: Response, schema: z.ZodType<T>): Promise<T> {
    const text = await response.text();
    if (response.status === 400) throw new Error(`Alertmanager refuses the silence: ${text.trim()}`);
    try {
      return schema.parse(JSON.parse(text));
    } catch (error) {
      throw new UnreachableError(
        `what answers at ${url} is not Alertmanager (status ${response.status}): name its address with --url`,
        { cause: error },
      );
    }
  }

  /** Those that have not ended, the first to end first. */
  async function list(): Promise<readonly Silence[]> {
    const all = await read(await ask("silences"), z.array(SilenceSchema));
    return all
      .filter(({ status }) => status.state !== "expired")
      .toSorted((a, b) => Date.parse(a.endsAt) - Date.parse(b.endsAt));
  }

  return {
    /** Silences from now on. */
    async create({ alertNames, seconds, reason, by }: SilenceRequest): Promise<{ id: string; endsAt: Date }> {
      const startsAt = new Date();
      const endsAt = new Date(startsAt.getTime() + seconds * 1_000);
      const named = [{ name: "alertname", value: alertNames.join("|"), isRegex: true, isEqual: true }];
      const response = await ask("silences", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({
          matchers: alertNames.length === 0 ? everyAlert : named,
          startsAt: startsAt.toISOString(),
          endsAt: endsAt.toISOString(),
          createdBy: by,
          comment: reason,
        }),
      });
      const { silenceID } = await read(response, CreatedSchema);
      return { id: silenceID, endsAt };
    },

    list,

    /** @returns whether there was such a silence to end. */
    async end(id: string): Promise<boolean> {
      const running = await list();
      if (!running.some((silence) => silence.id === id)) return false;
      const { status } = await ask(`silence/${id}`, { method: "DELETE" });
      if (status !== 200) throw new Error(`Alertmanager does not end the silence ${id}: status ${status}`);
      return true;
    },
  };
}
