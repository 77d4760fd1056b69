/** How a command can end, after `sysexits.h` and what shells do. The help and the README list these rows. */
export const exits = {
  done: { code: 0, meaning: "done" },
  notSo: {
    code: 1,
    meaning: "not so: degraded, refused, a job that failed or was cancelled; with --fail, an alert",
  },
  usage: { code: 2, meaning: "the command is wrong" },
  data: { code: 65, meaning: "the workflow is not one" },
  noInput: { code: 66, meaning: "a file cannot be read" },
  unreachable: { code: 69, meaning: "no Gözcü answers" },
  software: { code: 70, meaning: "gozcu itself is at fault" },
  noOutput: { code: 73, meaning: "a picture cannot be saved" },
  later: { code: 75, meaning: "not now: asked too often, or overloaded for too long" },
  noKey: { code: 77, meaning: "the API key is missing or refused" },
  settings: { code: 78, meaning: "the settings do not fit" },
  interrupted: { code: 130, meaning: "interrupted by Ctrl-C" },
} as const satisfies Readonly<Record<string, { readonly code: number; readonly meaning: string }>>;

export type ExitName = keyof typeof exits;
