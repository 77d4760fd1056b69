import { randomUUID } from "node:crypto";
import { jobContracts } from "../../../app/api/job-contract.ts";
import { jobTypeNames } from "../../../app/catalogue/names.ts";
import { errorMessage } from "../../../app/error-message.ts";
import { defineCommand } from "../command.ts";
import { Failure } from "../failure.ts";
import { followJob } from "../follow-up.ts";
import { outOption, waitOption } from "../options.ts";
import { readWorkflow } from "../workflow-file.ts";
import type { World } from "../world.ts";

async function readInput(file: string, { readFile }: Pick<World, "readFile">) {
  const name = file === "-" ? "the standard input" : file;
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (cause) {
    throw new Failure("noInput", `${name} cannot be read: ${errorMessage(cause)}`, { cause });
  }
  return readWorkflow(bytes, name);
}

/** What the service would refuse is refused here, before it is asked. */
function check(order: object): void {
  const { error } = jobContracts.jobSubmit.body.safeParse(order);
  const [issue] = error?.issues ?? [];
  if (issue === undefined) return;
  const field = String(issue.path[0] ?? "");
  const option = { webhookUrl: "--webhook", prompt: "--prompt" }[field];
  if (option !== undefined) throw new Failure("usage", `${option}: ${issue.message}`);
  throw new Failure("data", `the workflow cannot be sent: ${issue.path.slice(1).join(".")} ${issue.message}`);
}

export const submitCommand = defineCommand({
  synopsis: "submit [file]",
  summary: "hand in a job: a workflow in ComfyUI's API format, or a prompt",
  positionals: { file: { type: "string", describe: "the workflow's file; - is the standard input" } },
  options: {
    prompt: { type: "string", nargs: 1, describe: "put this text into the default workflow, instead of a file" },
    type: { type: "string", nargs: 1, choices: jobTypeNames, default: "image", describe: "what kind of job it is" },
    webhook: { type: "string", nargs: 1, describe: "the http or https URL that is told the outcome" },
    wait: waitOption,
    out: outOption,
    "idempotency-key": {
      type: "string",
      nargs: 1,
      describe: "handed in again with the same key within 24 h, it is the same job",
    },
  },
  examples: [
    ["submit workflow.json --out pictures", "wait for its pictures and save them"],
    ['submit --prompt "a lighthouse in the fog"', "print the new job's id"],
  ],
  async run({ file, prompt, type, webhook, wait, out, "idempotency-key": idempotencyKey = randomUUID() }, world) {
    const { client, output, json } = world;
    if ((file === undefined) === (prompt === undefined))
      throw new Failure(
        "usage",
        "one of two is needed: the file of a workflow (- for the standard input), or --prompt",
      );
    const work = file === undefined ? { prompt } : { workflow: await readInput(file, world) };
    const body = { type, ...work, ...(webhook !== undefined && { webhookUrl: webhook }) };
    check(body);
    // With a key it can be sent again without making two of it.
    const accepted = await client.ask("jobSubmit", { body, headers: { "Idempotency-Key": idempotencyKey } });
    const { id } = accepted;
    if (wait || out !== undefined) {
      output.say(`job ${id} accepted`);
      return followJob(id, world, out);
    }
    if (json) output.printJson(accepted);
    else {
      output.print(id);
      output.say(`npx gozcu job ${id} --wait waits for it`);
    }
    return "done";
  },
});
