import type { ParseArgsOptionsConfig } from "node:util";

/** What an option or an argument may be; without one, files are offered. */
type Choices = Readonly<Record<string, readonly string[]>>;

/** A program of its own that is also run as a command: it reads its arguments itself, and has its own help and exit codes. */
export interface CommandProgram {
  /** For the list of commands. */
  readonly summary: string;
  /** Takes what stands behind the command's name, and gives the exit code. */
  run(args: readonly string[]): Promise<number>;
  /** For completions: what `parseArgs` takes, and what is known of values; "" is the argument that is no option's. */
  describe(): Promise<{ readonly options: ParseArgsOptionsConfig; readonly choices?: Choices }>;
}

/** Loaded when they are needed, which keeps the others quick. */
export const programs: Readonly<Record<string, CommandProgram>> = {
  silence: {
    summary: "tell Alertmanager to notify nobody for a while",
    run: async (args) => (await import("../silence.ts")).run(args),
    async describe() {
      const { options } = await import("../silence/command.ts");
      const { alertNames } = await import("../../app/catalogue/alerts.ts");
      return { options, choices: { alert: alertNames } };
    },
  },
  doctor: {
    summary: "look at everything that a stack on Docker needs, and say how to mend it",
    run: async (args) => (await import("../doctor.ts")).run(args),
    describe: async () => ({ options: (await import("../doctor/command.ts")).options }),
  },
  backup: {
    summary: "save what the deployed stack keeps to one archive",
    run: async (args) => (await import("../backup.ts")).run(args),
    describe: async () => ({ options: (await import("../engines/docker/backup/command.ts")).backupOptions }),
  },
  restore: {
    summary: "replace what the deployed stack keeps by an archive",
    run: async (args) => (await import("../restore.ts")).run(args),
    describe: async () => ({ options: (await import("../engines/docker/backup/command.ts")).restoreOptions }),
  },
  k6: {
    summary: "put the service under load, and say which documented numbers held",
    run: async (args) => (await import("../k6.ts")).run(args),
    async describe() {
      const { options } = await import("../k6/command.ts");
      const { scenarioNames } = await import("../k6/scenarios.ts");
      return { options, choices: { "": scenarioNames } };
    },
  },
};
