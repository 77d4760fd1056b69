import { existsSync } from "node:fs";
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

const StateSchema = z.object({ starts: z.int().default(0) });

/** What Grafana would keep in its database: something that is there again after a restart, and gone with the volume. */
export async function countStart(folder: string): Promise<{ readonly starts: number }> {
  const file = join(folder, "grafana.db");
  const { starts } = StateSchema.parse(existsSync(file) ? JSON.parse(await readFile(file, "utf8")) : {});
  const state = { starts: starts + 1 };
  await writeFile(`${file}.new`, JSON.stringify(state));
  await rename(`${file}.new`, file);
  return state;
}
