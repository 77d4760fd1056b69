import { z } from "zod";

/** Whoever has typed `npm start` waits for it. */
const answerMs = 1_000;

const PongSchema = z.object({ status: z.literal("ok"), message: z.literal("pong") });
const DescriptionSchema = z.object({ info: z.object({ title: z.literal("Gözcü"), version: z.string() }) });

async function ask<T>(url: string, schema: z.ZodType<T>): Promise<T | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(answerMs), redirect: "error" });
    return schema.safeParse(await response.json()).data;
  } catch {
    return undefined;
  }
}

/** Who has a port, in words: "another gozcu (0.1.0)" when it answers as one does. */
export async function describePortHolder(url: string): Promise<string> {
  if ((await ask(`${url}/api/ping`, PongSchema)) === undefined) return "another program";
  const description = await ask(`${url}/api/openapi.json`, DescriptionSchema);
  return `another gozcu${description === undefined ? "" : ` (${description.info.version})`}, which answers at ${url}`;
}
