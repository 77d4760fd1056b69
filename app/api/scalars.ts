import { z } from "zod";
import { isKeepable, unkeepableText } from "./keepable.ts";

/** A time in ISO 8601, UTC, with milliseconds. */
export const time = z.iso.datetime({ precision: 3 }).meta({ example: "2026-11-23T15:04:05.678Z" });

/** An id in a path: whatever is not a UUID names nothing, and is answered with 404. */
export const uuid = z.uuid().meta({ example: "01936f7e-7c3a-7d11-8f00-5b7c3f1d2a90" });

/** Text that can be kept and given back as it was. */
export const text = z.string().refine(isKeepable, unkeepableText);
