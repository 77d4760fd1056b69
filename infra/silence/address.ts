import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { links } from "../../app/catalogue/links.ts";
import { errorMessage } from "../../app/error-message.ts";
import { urlFileName } from "../engines/process/monitor.ts";
import { UnreachableError } from "./silences.ts";

/**
 * Where the Alertmanager is that `npm start` runs on this data folder; the catalogue's address where it runs none.
 * @throws UnreachableError when that cannot be found out: another's Alertmanager must not be silenced instead.
 */
export async function findAddress(dataFolder: string): Promise<string> {
  const file = join(dataFolder, "alertmanager", urlFileName);
  try {
    return (await readFile(file, "utf8")).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return links.alertmanager;
    throw new UnreachableError(
      `cannot read in ${file} where Alertmanager is (${errorMessage(error)}): name its address with --url`,
      { cause: error },
    );
  }
}
