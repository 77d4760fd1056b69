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
  return z.string().refine((text) => {
    const url = URL.parse(text);
    return url !== null && schemes.some((scheme) => url.protocol === `${scheme}:`) && url.hostname !== "";
  }, `must be ${allowed}`);
}
