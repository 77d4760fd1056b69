import { fileURLToPath } from "node:url";

export const shells = ["bash", "zsh"] as const;
export type Shell = (typeof shells)[number];

/** The first argument with which the scripts ask for completions; the shell and the words of the line follow. */
export const completionRequest = "__complete";

const quote = (text: string) => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** This program by the Node that runs it now: neither needs to be on the PATH. */
const here = [process.execPath, fileURLToPath(new URL("gozcu.ts", import.meta.url))].map(quote).join(" ");

/** `npx` is slow, and finds it below the checkout only. */
const command = `command -v gozcu >/dev/null || gozcu() { ${here} "$@"; }`;

const scripts: Readonly<Record<Shell, string>> = {
  bash: `# gozcu: completions for bash, and the command where it is not on the PATH
${command}
_gozcu_completions() {
  local IFS=$'\\n'
  COMPREPLY=($(${here} ${completionRequest} bash "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
  [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *= ]] && compopt -o nospace
  return 0
}
complete -o default -F _gozcu_completions gozcu`,
  // What is offered stands there with what it means.
  zsh: `# gozcu: completions for zsh, and the command where it is not on the PATH
${command}
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }
_gozcu_completions() {
  local -a offers
  offers=("\${(@f)$(${here} ${completionRequest} zsh "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n \${offers[1]} ]]; then
    _describe gozcu offers
  else
    _files
  fi
}
compdef _gozcu_completions gozcu`,
};

/** What a shell reads to complete the commands. */
export function renderCompletionScript(shell: Shell): string {
  return scripts[shell];
}
