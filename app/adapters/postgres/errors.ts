/** Postgres could not be reached, or did not answer in time. Nothing is known about what it did. */
export class DatabaseUnavailable extends Error {
  override readonly name = "DatabaseUnavailable";
  constructor(doing: string, cause: unknown) {
    super(`the database did not answer while ${doing}`, { cause });
  }
}
