import { z } from "zod";

/** One setting: how it is read, and how it is documented in the README and in `.env.example`. */
export interface SettingRow {
  readonly schema: z.ZodType;
  /** In words, for the documents. */
  readonly default: string;
  readonly meaning: string;
  /** The value never appears in a message. */
  readonly secret?: true;
}

/** Whether a default could be typed; else it is a description. */
export function isValue(text: string): boolean {
  return /^[\w.:,/-]+$/.test(text) && text !== "off" && text !== "none";
}

/** 0 takes a free one. */
export const port = z.coerce.number("must be a port number, 0 (any free port) to 65535").int().min(0).max(65_535);
export const flag = z
  .enum(["true", "false", "1", "0"], "must be true or false")
  .transform((text) => text === "true" || text === "1");
/** Commas, and in a file lines too. */
export const list = z.string().transform((text) => text.split(/[\s,]+/).filter((item) => item !== ""));

/** An address with one of some schemes, and a host. */
export function urlWith(...schemes: readonly string[]) {
  const allowed = schemes.map((scheme) => `${scheme}://…`).join(" or ");
  // URLs are read as if line breaks were not there; whoever is handed the text sees them.
  const line = z.string().regex(/^\P{Cc}*$/u, "must be one line without control characters");
  return line.refine((text) => {
    const url = URL.parse(text);
    return url !== null && schemes.some((scheme) => url.protocol === `${scheme}:`) && url.hostname !== "";
  }, `must be ${allowed}`);
}

/** Whether an address is without user and password. */
export function isWithoutUser(text: string): boolean {
  const url = URL.parse(text);
  return !url?.username && !url?.password;
}

/** An address that is written down and shown: a password in it would be too. */
export function openUrlWith(...schemes: readonly string[]) {
  return urlWith(...schemes).refine(isWithoutUser, "must not carry a user name or a password");
}
