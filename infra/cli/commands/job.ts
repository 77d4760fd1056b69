import { defineCommand } from "../command.ts";
import { followJob, showJob } from "../follow-up.ts";
import { jobIdArgument, outOption, waitOption } from "../options.ts";

export const jobCommand = defineCommand({
  synopsis: "job <id>",
  summary: "everything about one job",
  positionals: { id: jobIdArgument },
  options: { wait: waitOption, out: outOption },
  examples: [["job 01936f7e-7c3a-7d11-8f00-5b7c3f1d2a90 --out pictures", "wait for its pictures and save them"]],
  suggests: "jobs",
  async run({ id, wait, out }, world) {
    if (wait || out !== undefined) return followJob(id, world, out);
    return showJob(await world.client.ask("jobRead", { id }), world);
  },
});
