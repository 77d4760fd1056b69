import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** The first program on the PATH that has one of the names; an earlier name goes before an earlier folder. */
export function findOnPath(names: readonly string[], path: string): string | undefined {
  // An empty entry would mean the working directory, where nobody expects a program of the system.
  const folders = path.split(delimiter).filter((folder) => folder !== "");
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isProgram);
}
