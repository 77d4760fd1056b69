import { z } from "zod";
import type { World } from "../world.ts";

/** A message to people, in the words of a channel. */
export interface Message {
  readonly title: string;
  readonly body: string;
}

/** Brings messages to people by one channel. Every error says what the service says. */
export interface Courier {
  /** Sends nothing. @returns what was found out of the place that messages go to. */
  reach(): Promise<string>;
  send(message: Message): Promise<void>;
}

/** Slack answers in plain text, Telegram with a description, Discord with a message. */
const WordsSchema = z.union([
  z.object({ description: z.string() }).transform(({ description }) => description),
  z.object({ message: z.string() }).transform(({ message }) => message),
]);

/** As much as one line holds. */
const longestWords = 200;

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Asks a service by HTTP: with a body by POST as JSON.
 * @returns what it answers, read as JSON.
 * @throws Error with the service's own words, for every status beside 2xx.
 */
export async function askService(ask: World["ask"], url: string, body?: object): Promise<unknown> {
  const headers = { "content-type": "application/json" };
  const { status, text } = await ask(url, body && { method: "POST", headers, body: JSON.stringify(body) });
  const answer = readJson(text);
  if (status >= 200 && status < 300) return answer;
  const words = WordsSchema.safeParse(answer).data ?? text.trim();
  throw new Error(`status ${status}: ${words.slice(0, longestWords) || "without a word"}`);
}
