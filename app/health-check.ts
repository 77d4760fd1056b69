import { get } from "node:http";
import { text } from "node:stream/consumers";
import { ports } from "./catalogue/ports.ts";
import { errorMessage } from "./error-message.ts";

/** Below the limit of whoever runs this, who would end it without a word. */
const deadlineMs = 3_000;

/** What an address answers, in one line. */
async function ask(url: string, signal: AbortSignal): Promise<{ readonly status: number; readonly said: string }> {
  const asked = Promise.withResolvers<{ readonly status: number; readonly said: string }>();
  get(url, { signal }, (response) => {
    text(response).then(
      (body) => asked.resolve({ status: response.statusCode ?? 0, said: body.trim().replaceAll("\n", ", ") }),
      asked.reject,
    );
  }).once("error", asked.reject);
  return asked.promise;
}

/**
 * `node app/health-check.ts [URL]`: ends with 0 when the URL answers 200, else with 1 and a line that says why. Without a
 * URL it asks whether the service in the same container is ready. It runs every few seconds, so it loads no more than it
 * needs: PORT is read here, and not with all settings.
 */
async function main(): Promise<void> {
  const [url = `http://127.0.0.1:${process.env.PORT ?? ports.api}/readyz`] = process.argv.slice(2);
  const signal = AbortSignal.timeout(deadlineMs);
  try {
    const { status, said } = await ask(url, signal);
    if (status === 200) return;
    process.stdout.write(`${url} answered ${status}: ${said}\n`);
  } catch (error) {
    const why = signal.aborted ? `no answer within ${deadlineMs / 1_000} s` : errorMessage(error);
    process.stdout.write(`${url}: ${why}\n`);
  }
  process.exitCode = 1;
}

await main();
