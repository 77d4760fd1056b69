import type { Database } from "./database.ts";

/** The name that coturn set-ups use for the shared secret; `turn:secret:previous` is the one before. */
const current = "turn:secret";
const previous = "turn:secret:previous";

export interface TurnSecrets {
  /** The secret that new credentials are made with; `make` gives the very first one. */
  read(make: () => string): Promise<string>;
  /** The current secret becomes the previous one, which stays valid for the credentials already out. */
  rotate(next: string): Promise<void>;
  /** Both, by their names, as far as there are any. */
  all(): Promise<Readonly<Record<string, string>>>;
}

export function createTurnSecrets(database: Database): TurnSecrets {
  return {
    async read(make) {
      const find = () =>
        database.query<{ value: string }>("reading the TURN secret", "select value from secrets where name = $1", [
          current,
        ]);
      const [row] = await find();
      if (row !== undefined) return row.value;
      await database.query(
        "keeping the first TURN secret",
        "insert into secrets (name, value) values ($1, $2) on conflict do nothing",
        [current, make()],
      );
      const [made] = await find();
      if (made === undefined) throw new Error("the TURN secret was kept and is not there");
      return made.value;
    },
    rotate: (next) =>
      database.transaction("rotating the TURN secret", async (sql) => {
        const [before] = await sql.query<{ value: string }>(
          "rotating the TURN secret",
          "select value from secrets where name = $1 for update",
          [current],
        );
        const rows = [[current, next], ...(before === undefined ? [] : [[previous, before.value]])];
        for (const row of rows) {
          await sql.query(
            "rotating the TURN secret",
            `insert into secrets (name, value) values ($1, $2)
             on conflict (name) do update set value = excluded.value, changed_at = clock_timestamp()`,
            row,
          );
        }
      }),
    async all() {
      const rows = await database.query<{ name: string; value: string }>(
        "reading the TURN secrets",
        "select name, value from secrets where name in ($1, $2)",
        [current, previous],
      );
      return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
    },
  };
}
