import type { ExitName } from "./exit-codes.ts";

/** Why a command ends before its time: a sentence for people, and the exit. Never a secret in it. */
export class Failure extends Error {
  override readonly name = "Failure";
  readonly exit: ExitName;
  constructor(exit: ExitName, message: string, options: ErrorOptions = {}) {
    super(message, options);
    this.exit = exit;
  }
}
