import { existsSync } from "node:fs";
import { join } from "node:path";
import { secretsFolder } from "../../stack/folders.ts";
import { givenOnly } from "../../stack/secret-store.ts";
import type { Check } from "../check.ts";
import { fine, wrong } from "../finding.ts";

/**
 * Whether a secret was given at an earlier deploy and is not now. In another shell, or from a timer, it may only have been
 * forgotten: a channel would fall silent, or the database be another, empty one.
 */
export const forgottenCheck: Check = {
  title: "Given secrets",
  stops: ["deploy", "diff"],
  async run({ stack, root }) {
    if (stack === undefined) return undefined;
    const { given, name } = stack;
    const folder = secretsFolder(name);
    const forgotten = Object.entries(givenOnly).filter(
      ([, secret]) => given[secret] === undefined && existsSync(join(root, folder, secret)),
    );
    if (forgotten.length === 0) return fine("as at the last deploy, or new");
    const settings = forgotten.map(([setting]) => setting).join(", ");
    const files = forgotten.map(([, secret]) => `${folder}/${secret}`).join(" ");
    return wrong(
      `${settings}: set at an earlier deploy, and not now`,
      `set it again, or do without it from now on: rm ${files}`,
    );
  },
};
