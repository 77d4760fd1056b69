import type { InferredOptionTypes } from "yargs";

/** What every command that asks the service takes. There is no option for the key itself: it would stand in the process list. */
export const globalOptions = {
  url: {
    type: "string",
    nargs: 1,
    describe: "where the service is; PUBLIC_URL, else HOST and PORT, unless told",
  },
  "api-key-file": {
    type: "string",
    nargs: 1,
    describe: "a file that holds the API key; API_KEY, API_KEYS or the key in the data folder, unless told",
  },
  json: { type: "boolean", describe: "answer for machines" },
  "no-color": { type: "boolean", describe: "no colours; NO_COLOR does the same" },
  help: { type: "boolean", describe: "explain the command" },
  version: { type: "boolean", describe: "print the version" },
} as const;

export type GlobalOptions = InferredOptionTypes<typeof globalOptions>;
