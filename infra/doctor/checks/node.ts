import type { Check } from "../check.ts";
import { fine, warning, wrong } from "../finding.ts";
import { requirements } from "../requirements.ts";
import { isAtLeast } from "../version.ts";

export const nodeCheck: Check = {
  title: "Node",
  async run({ world }) {
    if (!isAtLeast(world.nodeVersion, requirements.node))
      return wrong(
        `Node ${world.nodeVersion}, and ${requirements.node} is the least`,
        "npm ci brings the right one; start by npm run doctor",
      );
    const npm = await world.run("npm", ["--version"]);
    if (npm.code !== 0)
      return warning(`Node ${world.nodeVersion}; npm does not run: ${npm.said.trim()}`, "install Node with its npm");
    return fine(`${world.nodeVersion}, npm ${npm.said.trim()}`);
  },
};
