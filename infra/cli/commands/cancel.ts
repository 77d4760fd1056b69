import { defineCommand } from "../command.ts";
import { jobIdArgument } from "../options.ts";

export const cancelCommand = defineCommand({
  synopsis: "cancel <id>",
  summary: "cancel a job that has not ended",
  positionals: { id: jobIdArgument },
  options: {},
  examples: [],
  suggests: "jobs that go on",
  async run({ id }, { client, output, json }) {
    const job = await client.ask("jobCancel", { id });
    if (json) output.printJson(job);
    else output.print(`job ${job.id} ${output.paint("quiet", job.status)}`);
    return "done";
  },
});
