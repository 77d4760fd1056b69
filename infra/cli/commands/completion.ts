import { defineCommand } from "../command.ts";
import { renderCompletionScript, shells } from "../completion-script.ts";

export const completionCommand = defineCommand({
  synopsis: "completion <shell>",
  summary: "print what makes a shell complete these commands, and know gozcu in every folder",
  positionals: { shell: { type: "string", choices: shells, demandOption: true, describe: "whose script" } },
  options: {},
  examples: [["completion bash >> ~/.bashrc", "for every new bash"]],
  async run({ shell }, { output }) {
    output.print(renderCompletionScript(shell));
    return "done";
  },
});
