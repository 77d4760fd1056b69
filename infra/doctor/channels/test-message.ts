import { dialects } from "../../../alerts/dialects.ts";
import type { ChannelName } from "../../../app/catalogue/notifications.ts";
import type { Message } from "./courier.ts";

/** What makes a title bold; a mail has a subject. */
const bold: Readonly<Record<ChannelName, readonly [before: string, after: string]>> = {
  slack: ["*", "*"],
  telegram: ["<b>", "</b>"],
  discord: ["**", "**"],
  email: ["", ""],
};

/** A message that says that it is a test, in the markup of a channel. */
export function renderTestMessage(name: ChannelName, stack: string, at: Date): Message {
  const [before, after] = bold[name];
  const quote = (text: string) =>
    dialects[name].escape.reduce((escaped, [pattern, to]) => escaped.replace(new RegExp(pattern, "g"), to), text);
  return {
    title: `${before}${quote("[TEST] Gözcü can tell you here")}${after}`,
    body: quote(
      `Nothing is wrong: the doctor of the stack ${stack} sent this at ${at.toISOString()} to try the channel.`,
    ),
  };
}
