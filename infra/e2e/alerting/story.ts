import { setTimeout as delay } from "node:timers/promises";
import type { AlertName } from "../../../app/catalogue/alerts.ts";
import { notifications } from "../../../app/catalogue/notifications.ts";
import { scale } from "../../tree-copy.ts";
import { eventually } from "../eventually.ts";
import type { Stack } from "./stack.ts";

/** Something that goes wrong, the one alert that is to tell of it, and how it is put right. */
export interface Fault {
  readonly title: string;
  readonly alert: AlertName;
  /** What the message says besides: its value and its threshold. */
  readonly says: readonly string[];
  inject(stack: Stack): Promise<void>;
  mend(stack: Stack): Promise<void>;
}

/** What came of a fault. */
export interface Story {
  /** From the fault to the last channel's message. */
  readonly detectedMs: number;
  /** From the mend to the last channel's message. */
  readonly resolvedMs: number;
  /** What `GET /api/alerts` listed while the fault lasted. */
  readonly listed: readonly string[];
  /** Whether the runbook that the message links to is there. */
  readonly runbookStatus: number;
  /** Everything that each channel got from the fault on. */
  readonly messages: Readonly<Record<string, readonly string[]>>;
}

/** Long enough for whatever else would be told to be told: each group of alerts is looked at twice. */
const quietMs = notifications.people.critical.intervalSeconds * scale * 1_000 * 2;
/** How much longer than its budget a message may take before it counts as lost. */
const patience = 3;

/** Injects a fault, waits until every channel has told of it, mends it, and waits until every channel has told that. */
export async function runStory({ inject, mend }: Fault, stack: Stack, budgetMs: number): Promise<Story> {
  const channels = stack.channels.all;
  const marks = channels.map((channel) => channel.received().length);
  const sinceMark = () => channels.map((channel, i) => channel.received().slice(marks[i]));

  /** When the last channel got its `count`th message. */
  async function told(count: number): Promise<number> {
    return eventually(() => {
      const times = sinceMark().map((messages) => messages[count - 1]?.at.getTime());
      const missing = channels.filter((_, i) => times[i] === undefined).map(({ name }) => name);
      if (missing.length > 0) throw new Error(`${missing.join(", ")} did not get message ${count}`);
      return Math.max(...times.map((time) => time ?? 0));
    }, patience * budgetMs);
  }

  const began = Date.now();
  await inject(stack);
  const detectedMs = (await told(1)) - began;
  const listed = (await stack.board()).alerts.map(({ name }) => name);
  const [runbook = ""] = /http\S+\/runbooks\/\w+/.exec(sinceMark()[0]?.[0]?.text ?? "") ?? [];
  const { status: runbookStatus } = await fetch(runbook);
  const mended = Date.now();
  await mend(stack);
  const resolvedMs = (await told(2)) - mended;
  await delay(quietMs);
  const texts = sinceMark().map((messages) => messages.map(({ text }) => text));
  return {
    detectedMs,
    resolvedMs,
    listed,
    runbookStatus,
    messages: Object.fromEntries(channels.map(({ name }, i) => [name, texts[i] ?? []])),
  };
}
