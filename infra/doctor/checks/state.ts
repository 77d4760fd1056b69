import { existsSync } from "node:fs";
import { join } from "node:path";
import { stackFolder, stateFile } from "../../stack/folders.ts";
import { actions, type Check } from "../check.ts";
import { listContainers } from "../container-list.ts";
import { fine, whenKnown, wrong } from "../finding.ts";

/** Whether Terraform knows from here what runs there: else it would make everything a second time. */
export const stateCheck: Check = {
  title: "State",
  stops: actions,
  async run({ stack, daemon, root, world }) {
    if (stack === undefined || whenKnown(daemon) === undefined) return undefined;
    const { name } = stack;
    const path = join(root, stateFile(name));
    if (existsSync(path)) return fine(`in ${path}`);
    const containers = await listContainers(world);
    if (!containers.some((each) => each.stack === name)) return fine(`made by the first deploy, in ${path}`);
    const folder = stackFolder(name);
    return wrong(
      `the stack ${name} was deployed from elsewhere: its containers are there, and ${path} is not`,
      `do it in that folder, copy its ${folder} here, or choose another name`,
    );
  },
};
