/** Postgres could not be reached, or did not answer in time. Nothing is known about what it did. */
export class DatabaseUnavailable extends Error {
  override readonly name = "DatabaseUnavailable";
  constructor(doing: string, cause: unknown) {
    super(`the database did not answer while ${doing}`, { cause });
  }
}

/** SQLSTATE classes that say the server is not there for us: connection, resources, operator intervention, system. */
const unavailableClass = /^(08|53|57|58)/;
const unavailableText =
  /timeout exceeded when trying to connect|timeout expired|Connection terminated|Query read timeout|Client has encountered|Cannot use a pool after/;
const socketCodes = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "ENOTFOUND", "EAI_AGAIN", "ETIMEDOUT"]);

/** The SQLSTATE of Postgres, or the code of the socket; "" when there is neither. */
export function codeOf(error: unknown): string {
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : "";
}

/** Whether the error says that the server is away, and not that the query is wrong. */
export function isUnavailable(error: unknown): boolean {
  // A host with several addresses fails with one error for each.
  if (error instanceof AggregateError) return error.errors.some(isUnavailable);
  const code = codeOf(error);
  if (socketCodes.has(code) || unavailableClass.test(code)) return true;
  return error instanceof Error && unavailableText.test(error.message);
}
