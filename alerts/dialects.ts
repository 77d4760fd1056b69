import type { ChannelName } from "../app/catalogue/notifications.ts";

/** A regular expression (RE2) and what stands in its place; the same words that a template's `reReplaceAll` takes. */
type Replacement = readonly [pattern: string, replacement: string];

/** How a channel writes the content that all of them share. */
export interface Dialect {
  /** What keeps a text from being read as markup. */
  readonly escape: readonly Replacement[];
  /** The same inside an address, which is followed as it is written. */
  readonly escapeAddress: readonly Replacement[];
  /** Takes away half an escape before the ellipsis of a text that was cut. */
  readonly mend: readonly Replacement[];
  /** What marks the two ends of an address. */
  readonly address: readonly [before: string, after: string];
  /** Marks the title where it is the body's first line; channels without have a place of their own for it. */
  readonly heading?: readonly [before: string, after: string];
}

const entities: readonly Replacement[] = [
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
];
const halfEntity: Replacement = ["&[^;]*…$", "…"];

export const dialects: Readonly<Record<ChannelName, Dialect>> = {
  /** https://docs.slack.dev/messaging/formatting-message-text: three characters are entities, addresses stand in `<>`. */
  slack: { escape: entities, escapeAddress: entities, mend: [halfEntity], address: ["<", ">"] },
  /** https://core.telegram.org/bots/api#html-style: addresses are found in plain text, even those without a dot. */
  telegram: {
    escape: entities,
    escapeAddress: entities,
    mend: [halfEntity],
    address: ["", ""],
    heading: ["<b>", "</b>"],
  },
  /** Markdown: a backslash makes any punctuation plain, though not in an address; `<>` ends that before punctuation. */
  discord: {
    escape: [[String.raw`([\\*_~|<>#\[\]\x60])`, String.raw`\$1`]],
    escapeAddress: [],
    mend: [[String.raw`(^|[^\\])((?:\\\\)*)\\…$`, "$1$2…"]],
    address: ["<", ">"],
  },
  /** Plain text: mail programs find addresses themselves. */
  email: { escape: [], escapeAddress: [], mend: [], address: ["", ""] },
};
