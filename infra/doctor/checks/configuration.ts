import { configurationFile } from "../../stack/project.ts";
import { actions, type Check } from "../check.ts";
import { fine, wrong } from "../finding.ts";

export const configurationCheck: Check = {
  title: "Configuration",
  stops: actions,
  run({ stack, configurationProblems }) {
    if (stack === undefined)
      return wrong(configurationProblems.join("; "), `correct it in ${configurationFile}, .env or the environment`);
    return fine(`stack ${stack.name}: ${stack.services.map(({ name }) => name).join(", ")}`);
  },
};
