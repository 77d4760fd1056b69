import type { Command } from "./command.ts";
import { alertsCommand } from "./commands/alerts.ts";
import { cancelCommand } from "./commands/cancel.ts";
import { completionCommand } from "./commands/completion.ts";
import { jobCommand } from "./commands/job.ts";
import { jobsCommand } from "./commands/jobs.ts";
import { statusCommand } from "./commands/status.ts";
import { submitCommand } from "./commands/submit.ts";

/** Everything that asks the service, in the order of the help. */
export const commands: readonly Command[] = [
  statusCommand,
  jobsCommand,
  jobCommand,
  submitCommand,
  cancelCommand,
  alertsCommand,
  completionCommand,
];
