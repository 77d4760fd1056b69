import { actions, type Check } from "../check.ts";
import { fine, wrong } from "../finding.ts";
import { requirements } from "../requirements.ts";
import { isAtLeast } from "../version.ts";

export const terraformCheck: Check = {
  title: "Terraform",
  stops: actions,
  run({ terraform }) {
    if ("trouble" in terraform) return wrong(terraform.trouble.found, terraform.trouble.mend);
    const { product, version, command } = terraform.value;
    const found = `${product} ${version} (${command})`;
    if (isAtLeast(version, requirements.terraform)) return fine(found);
    return wrong(`${found}, and ${requirements.terraform} is the least`, `install a newer ${product}`);
  },
};
