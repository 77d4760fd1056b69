import { markSecret } from "./secret.ts";
import { type Addresses, defineService } from "./service.ts";
import { mostReplicas, type TopologySettings } from "./settings.ts";

export const postgresUser = "gozcu";
export const postgresDatabase = "gozcu";

/** Connections that each replica opens at most, queue and migrations included, and some for people. */
const connections = { api: 15, worker: 30, people: 20 } as const;
/** For as many replicas as there may be: one more must not restart the database. */
const mostConnections = mostReplicas * (connections.api + connections.worker) + connections.people;

/** Jobs, rollups, sessions. */
export function definePostgres({ memoryMb }: Pick<TopologySettings, "memoryMb">) {
  return defineService({
    name: "postgres",
    help: "Postgres: jobs, rollups, sessions",
    image: "postgres",
    needs: [],
    networks: ["back"],
    memoryMb: memoryMb.postgres,
    pids: 200 + mostConnections,
    // Parallel queries and the making of an index use it.
    sharedMemoryMb: 256,
    // Its "fast" stop: SIGTERM would wait until everybody has hung up.
    stopSignal: "SIGINT",
    graceSeconds: 60,
    // It may have to put in order what a crash has left.
    readySeconds: 600,
    run(_at, place) {
      const { port } = place.listen("sql");
      return {
        args: ["postgres", "-c", `max_connections=${mostConnections}`, "-c", `port=${port}`],
        env: {
          POSTGRES_USER: postgresUser,
          POSTGRES_DB: postgresDatabase,
          POSTGRES_PASSWORD_FILE: `${place.secrets}/password`,
          PGDATA: `${place.data}/pgdata`,
        },
        secretFiles: { password: markSecret("postgres-password") },
        // Over TCP: while it prepares a new data folder it answers on its socket only.
        health: {
          command: ["pg_isready", "-h", "127.0.0.1", "-p", String(port), "-U", postgresUser, "-d", postgresDatabase],
        },
      };
    },
  });
}

/** `postgres://…` of the bundled database, or the one that was given. Secret. */
export function renderDatabaseUrl(at: Addresses<"postgres">, { external }: Pick<TopologySettings, "external">): string {
  if (external.has("postgres")) return markSecret("database-url");
  return `postgres://${postgresUser}:${markSecret("postgres-password")}@${at.one("postgres", "sql")}/${postgresDatabase}`;
}
