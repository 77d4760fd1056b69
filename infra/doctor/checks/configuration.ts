import { configurationFile } from "../../stack/project.ts";
import { actions, type Check } from "../check.ts";
import { fine, wrong } from "../finding.ts";

export const configurationCheck: Check = {
  title: "Configuration",
  stops: actions,
  run({ stack, configurationProblems }) {
    if (stack === undefined) {
      const [problem = "", ...further] = configurationProblems;
      const found = further.length === 0 ? problem : [`${further.length + 1} problems`, problem, ...further].join("\n");
      return wrong(found, `correct it in ${configurationFile}, .env or the environment`);
    }
    return fine(`stack ${stack.name}: ${stack.services.map(({ name }) => name).join(", ")}`);
  },
};
