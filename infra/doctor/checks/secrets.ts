import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { errorMessage } from "../../../app/error-message.ts";
import { secretsFolder, stackFolder } from "../../stack/folders.ts";
import { checkPrivateFolder, readPrivateFile } from "../../stack/private-file.ts";
import { actions, type Check } from "../check.ts";
import { fine, wrong } from "../finding.ts";

/** Secrets are called so; a draft that never came to its place is none. */
const secretName = /^[a-z-]+$/;

/** What the secret store would stumble on. Even `destroy` opens it. */
export const secretsCheck: Check = {
  title: "Secrets",
  stops: actions,
  async run({ stack, root }) {
    if (stack === undefined) return undefined;
    const home = join(root, stackFolder(stack.name));
    const folder = join(root, secretsFolder(stack.name));
    const all = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined;
      throw error;
    });
    if (all === undefined) return fine(`made by the first deploy, in ${folder}`);
    const names = all.filter((name) => secretName.test(name));
    const attempts = [
      ...[home, folder].map(checkPrivateFolder),
      ...names.map((name) => readPrivateFile(join(folder, name))),
    ];
    const failures = (await Promise.allSettled(attempts)).flatMap((result) =>
      result.status === "rejected" ? [errorMessage(result.reason)] : [],
    );
    if (failures.length > 0)
      return wrong(failures.join("\n"), `put back from a copy what is spoilt, then: chmod -R go= ${home}`);
    return fine(`${names.length} in ${folder}, for you only`);
  },
};
