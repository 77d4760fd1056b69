import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { alertContracts } from "../../app/api/alert-contract.ts";
import { apiKeyHeader } from "../../app/api/auth.ts";
import { healthContracts } from "../../app/api/health-contract.ts";
import { jobContracts } from "../../app/api/job-contract.ts";
import { problemSchema } from "../../app/api/problem.ts";
import { telemetryContracts } from "../../app/api/telemetry-contract.ts";
import { endpoints } from "../../app/catalogue/endpoints.ts";
import { readRetryAfterMs } from "../../app/retry-after.ts";
import type { ApiKey } from "./api-key.ts";
import { Failure } from "./failure.ts";
import { printable } from "./printable.ts";

/** What the service answers, by the contracts that it answers by. */
const answers = {
  health: healthContracts.health.answers[200].schema,
  telemetryRead: telemetryContracts.telemetryRead.answers[200].schema,
  alertList: alertContracts.alertList.answers[200].schema,
  jobList: jobContracts.jobList.answers[200].schema,
  jobRead: jobContracts.jobRead.answers[200].schema,
  jobCancel: jobContracts.jobCancel.answers[200].schema,
  jobSubmit: jobContracts.jobSubmit.answers[202].schema,
} as const;

export type Asked = keyof typeof answers;
export type Answer<N extends Asked> = z.infer<(typeof answers)[N]>;

export interface Call {
  readonly id?: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Client {
  readonly url: string;
  /** Whether there is a key to ask with. */
  hasKey(): Promise<boolean>;
  ask<N extends Asked>(name: N, call?: Call): Promise<Answer<N>>;
  /** The picture number `n` of a job, from 0. */
  fetchImage(id: string, n: number): Promise<{ readonly bytes: Buffer; readonly contentType: string }>;
}

export interface ClientOptions {
  readonly url: string;
  readonly findKey: () => Promise<ApiKey | undefined>;
  /** Ends everything. */
  readonly signal: AbortSignal;
  /** Takes a sentence for people: why it takes longer. */
  readonly say: (line: string) => void;
  /** How long one answer may take. */
  readonly deadlineMs?: number;
  /** How long a service that asks to come again later is waited for, all in all. */
  readonly patienceMs?: number;
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection closed",
  ENOTFOUND: "there is no such host",
  EAI_AGAIN: "the host's name cannot be looked up",
  ETIMEDOUT: "no answer in time",
  EHOSTUNREACH: "the host is not reachable",
  UND_ERR_SOCKET: "connection closed",
  CERT_HAS_EXPIRED: "its certificate has expired",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is signed by itself",
};

const FetchErrorSchema = z.object({
  name: z.string(),
  message: z.string(),
  code: z.unknown().optional(),
  errors: z.array(z.unknown()).optional(),
  cause: z.unknown().optional(),
});

/** `fetch` says "fetch failed", and has the reason as the cause; several addresses of a host fail with several. */
function reasonOf(error: unknown): string {
  const { name, errors, cause, code, message } = FetchErrorSchema.parse(error);
  if (name === "TimeoutError") return "no answer in time";
  const [first] = errors ?? [];
  if (first !== undefined) return reasonOf(first);
  if (cause !== undefined) return reasonOf(cause);
  return (typeof code === "string" ? reasons[code] : undefined) ?? message;
}

function pathOf(name: Asked | "jobImage", { id = "", query = {} }: Call): string {
  const given = Object.entries(query).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]]));
  const search = new URLSearchParams(given).toString();
  return endpoints[name].route.replace(":id", encodeURIComponent(id)) + (search && `?${search}`);
}

/** Seconds, or a date (RFC 9110); undefined where the service says neither. */
function readRetryAfter(text: string | null): number | undefined {
  if (text === null) return undefined;
  const ms = readRetryAfterMs(text, new Date());
  return ms === undefined ? undefined : Math.ceil(ms / 1_000);
}

/** What a refusal says for people; undefined when it is none of Gözcü's. */
function readProblem(text: string) {
  try {
    return problemSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/**
 * Asks a service. Every answer is parsed by the contract that the server keeps; every refusal becomes a {@link Failure}.
 * Who asks too often, or an overloaded service, is waited for as the answer says.
 */
export function createClient(options: ClientOptions): Client {
  const { url, findKey, signal, say, deadlineMs = 10_000, patienceMs = 30_000 } = options;
  let key: Promise<ApiKey | undefined> | undefined;
  let patienceLeftMs = patienceMs;

  const readKey = () => {
    key ??= findKey();
    return key;
  };

  const unreachable = (why: string, cause?: unknown) =>
    new Failure(
      "unreachable",
      `no Gözcü answers at ${url} (${printable(why)}): start one with npm start, or name another address with --url`,
      { cause },
    );

  const strange = (path: string, what: string) =>
    new Failure("unreachable", `what answers at ${url} is no Gözcü, or of another version: ${path} ${printable(what)}`);

  async function refuse(path: string, response: Response): Promise<Failure> {
    const { status, headers } = response;
    if (status >= 300 && status < 400)
      return strange(path, `leads to ${headers.get("location")}: name that with --url`);
    const problem = readProblem(await response.text());
    if (problem === undefined) return strange(path, `is answered with ${status}`);
    const detail = printable(problem.detail ?? problem.title);
    if (status === 401) {
      const from = (await readKey())?.from;
      const advice = "name the file of another with --api-key-file, or set API_KEY";
      return new Failure("noKey", `the API key of ${from ?? "nowhere"} is not known at ${url}: ${advice}`);
    }
    if (status === 429 || status === 503) {
      const seconds = readRetryAfter(headers.get("retry-after"));
      const again = seconds === undefined ? "" : `; again in ${seconds} s`;
      return new Failure("later", `not now: ${detail}${again}`);
    }
    return new Failure("notSo", `refused: ${detail}`);
  }

  async function keyHeader(auth: string): Promise<Readonly<Record<string, string>>> {
    if (auth === "none") return {};
    const found = await readKey();
    if (found !== undefined) return { [apiKeyHeader]: found.value };
    throw new Failure(
      "noKey",
      `there is no API key for ${url}: name its file with --api-key-file, or set API_KEY; npm start keeps its own in the data folder`,
    );
  }

  /** One answer that is no refusal. */
  async function send(path: string, request: RequestInit): Promise<Response> {
    for (;;) {
      let response: Response;
      try {
        response = await fetch(url + path, {
          ...request,
          // The key is for this address, and for none that it leads to.
          redirect: "manual",
          signal: AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]),
        });
      } catch (error) {
        signal.throwIfAborted();
        throw unreachable(reasonOf(error), error);
      }
      if (response.ok) return response;
      const seconds = readRetryAfter(response.headers.get("retry-after"));
      const waits = (response.status === 429 || response.status === 503) && seconds !== undefined;
      if (!waits || seconds * 1_000 > patienceLeftMs) throw await refuse(path, response);
      await response.body?.cancel();
      say(`${response.status === 429 ? "asked too often" : "the service is busy"}: again in ${seconds} s`);
      // No service is asked without pause, whatever it says.
      const pauseMs = Math.max(seconds * 1_000, 200);
      patienceLeftMs -= pauseMs;
      await delay(pauseMs, undefined, { signal });
    }
  }

  async function readBody(response: Response): Promise<Buffer> {
    try {
      return Buffer.from(await response.arrayBuffer());
    } catch (error) {
      signal.throwIfAborted();
      throw unreachable(reasonOf(error), error);
    }
  }

  function readJson(path: string, body: Buffer): unknown {
    try {
      return JSON.parse(body.toString());
    } catch {
      throw strange(path, "is answered with what is not JSON");
    }
  }

  return {
    url,
    hasKey: async () => (await readKey()) !== undefined,

    async ask(name, call = {}) {
      const path = pathOf(name, call);
      const { method, auth } = endpoints[name];
      const headers = { ...(await keyHeader(auth)), ...call.headers };
      const response = await send(path, {
        method,
        headers: call.body === undefined ? headers : { ...headers, "Content-Type": "application/json" },
        ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
      });
      const { data, error } = answers[name].safeParse(readJson(path, await readBody(response)));
      if (error === undefined) return data as Answer<typeof name>;
      const [issue] = error.issues;
      throw strange(path, `has another shape (${issue?.path.join(".") || "the whole"}: ${issue?.message})`);
    },

    async fetchImage(id, n) {
      // Made here and not taken from the job, whose answer must not choose where the key is sent.
      const path = pathOf("jobImage", { id }).replace(":n", String(n));
      const response = await send(path, { headers: await keyHeader(endpoints.jobImage.auth) });
      const bytes = await readBody(response);
      return { bytes, contentType: response.headers.get("content-type") ?? "" };
    },
  };
}
