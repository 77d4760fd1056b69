import type { ComfyuiClient } from "./adapters/comfyui/client.ts";
import type { Database } from "./adapters/postgres/database.ts";
import type { createJobStore } from "./adapters/postgres/job-store.ts";
import type { Migration } from "./adapters/postgres/migrate.ts";
import type { TurnSecrets } from "./adapters/postgres/secrets.ts";
import type { AddressGuard } from "./adapters/webhook/address-guard.ts";
import type { Closing } from "./closing.ts";
import type { Config } from "./config.ts";
import type { Health } from "./health/health.ts";
import type { QueueBackend } from "./jobs/queue.ts";
import type { Log } from "./log.ts";
import type { Observability } from "./telemetry/observability.ts";

/** What both roles are made of. */
export interface Parts {
  readonly config: Config;
  readonly version: string;
  readonly log: Log;
  readonly telemetry: Observability;
  readonly migration: Migration;
  readonly database: Database;
  readonly store: ReturnType<typeof createJobStore>;
  readonly queue: QueueBackend;
  readonly comfyui: ComfyuiClient;
  readonly health: Health;
  readonly guard: AddressGuard;
  readonly turnSecrets: TurnSecrets;
  readonly state: { stopping: boolean };
  readonly closing: Closing;
}
