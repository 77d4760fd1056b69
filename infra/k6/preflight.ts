import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { telemetryContracts } from "../../app/api/telemetry-contract.ts";
import { endpoints } from "../../app/catalogue/endpoints.ts";
import { thresholds } from "../../app/catalogue/thresholds.ts";
import { errorMessage } from "../../app/error-message.ts";
import { UsageError } from "./arguments.ts";

const answerMs = 5_000;

async function readKeyFile(file: string): Promise<string> {
  return (await readFile(file, "utf8")).trim();
}

/**
 * The API key: of the file that is named, else of the environment, else the one that the service made for itself.
 * @throws UsageError when there is none.
 */
export async function readApiKey(options: {
  readonly file: string | undefined;
  readonly fromEnvironment: string | undefined;
  readonly dataFolder: string;
}): Promise<string> {
  const { file, fromEnvironment, dataFolder } = options;
  if (file === undefined && fromEnvironment) return fromEnvironment;
  const path = file ?? join(dataFolder, "api-key");
  try {
    return await readKeyFile(path);
  } catch (cause) {
    const advice = "name a file with --api-key-file, or set API_KEY";
    throw new UsageError(`there is no API key in ${path} (${errorMessage(cause)}): ${advice}`, { cause });
  }
}

async function ask(url: string, path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  try {
    return await fetch(url + path, { headers, signal: AbortSignal.timeout(answerMs) });
  } catch (cause) {
    const reason =
      cause instanceof Error && cause.cause !== undefined ? errorMessage(cause.cause) : errorMessage(cause);
    throw new UsageError(`no service answers at ${url} (${reason}): start it with npm start, or name it with --url`, {
      cause,
    });
  }
}

/**
 * Looks whether a run would prove anything.
 * @returns a note for who runs it, if there is one
 * @throws UsageError when nobody answers, it is no Gözcü or not ready, the key is wrong, or the rate limit is enforced.
 */
export async function checkService(options: {
  readonly url: string;
  readonly apiKey: string;
}): Promise<string | undefined> {
  const { url, apiKey } = options;
  const { route: ping } = endpoints.ping;
  const answers = [await ask(url, ping), await ask(url, ping)];
  if (answers.some(({ status }) => status === 429))
    throw new UsageError(`${url} refuses what comes often: start the service with RATE_LIMIT=advise or RATE_LIMIT=off`);
  const [answer] = await Promise.all(answers.map((given) => given.text()));
  if (!answer?.includes('"pong"')) throw new UsageError(`${url} answers, but ${ping} is not Gözcü's`);
  const ready = await ask(url, endpoints.readyz.route);
  if (!ready.ok) throw new UsageError(`${url} is not ready (${ready.status}): ${(await ready.text()).trim()}`);
  const { route } = endpoints.telemetryRead;
  const told = await ask(url, route, { "X-API-Key": apiKey });
  if (told.status === 401) throw new UsageError(`${url} does not know the API key: see --api-key-file`);
  if (!told.ok) throw new UsageError(`${url} answers ${told.status} to GET ${route}`);
  const { data } = telemetryContracts.telemetryRead.answers[200].schema.safeParse(
    await told.json().catch(() => undefined),
  );
  if (data === undefined) throw new UsageError(`${url} does not tell at GET ${route} how many jobs wait`);
  return data.queue.size > thresholds.queueSizeHigh.above
    ? `${data.queue.size} jobs wait already, as after a run of stress: those of this run come after them, and may not complete in time`
    : undefined;
}
