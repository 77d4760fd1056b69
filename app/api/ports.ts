import type { JobStatus, RemediationOutcome, ServiceName } from "../catalogue/names.ts";
import type { Job, JobInput, TraceCarrier } from "../jobs/job.ts";

/**
 * What the API needs of the rest. A method that talks to Postgres rejects with `DatabaseUnavailable`
 * (app/adapters/postgres/errors.ts) when it cannot be reached in time; the API answers that with 503.
 */
export interface JobDesk {
  /** The job and its outbox row are committed when this resolves. */
  accept(order: JobOrder): Promise<{ readonly job: Job; readonly replayed: boolean } | { readonly conflict: true }>;
  read(id: string): Promise<Job | undefined>;
  /** Newest first. `cursor` is the id of the last job of the page before. */
  list(page: {
    readonly status?: JobStatus;
    readonly limit: number;
    readonly cursor?: string;
  }): Promise<{ readonly jobs: readonly Job[]; readonly nextCursor?: string }>;
  /** `ended` tells that it was too late: the job had ended before, and is given as it is. */
  cancel(id: string): Promise<{ readonly job: Job; readonly ended: boolean } | undefined>;
  /** The bytes of a completed job's picture, counted from 0. */
  image(id: string, n: number): Promise<{ readonly contentType: string; readonly bytes: Buffer } | undefined>;
}

export interface JobOrder {
  readonly input: JobInput;
  readonly webhookUrl?: string;
  /** `owner` keeps the keys of different clients apart; `fingerprint` tells whether it is the same request again. */
  readonly idempotency?: { readonly owner: string; readonly key: string; readonly fingerprint: string };
  readonly carrier: TraceCarrier;
}

/** Counts, rates and times, read from the rollups: the same cost at any number of jobs. */
export interface Statistics {
  readonly total: number;
  readonly byStatus: Readonly<Record<JobStatus, number>>;
  /** Jobs accepted within each window. */
  readonly accepted: { readonly lastHour: number; readonly last24Hours: number; readonly last7Days: number };
  /** Over `limits.windowSeconds`; null when nothing ended in it. */
  readonly averageProcessingTimeMs: number | null;
  readonly jobSuccessRatio: number | null;
  readonly webhooksTotal: number;
  readonly webhookSuccessRatio: number | null;
  /** 0 when nothing is pending. */
  readonly oldestWaitSeconds: number;
  readonly queueHealth: "healthy" | "high";
  readonly readAt: Date;
}

export interface SourceReport {
  readonly source: string;
  readonly metrics: Readonly<Record<string, number>>;
  readonly reportedAt: Date;
}

export interface TelemetryDesk {
  statistics(): Promise<Statistics>;
  sources(): Promise<readonly SourceReport[]>;
  /** All of the report or nothing: `limit` names the limit that it would break. */
  report(
    source: string,
    metrics: Readonly<Record<string, number>>,
  ): Promise<{ readonly limit?: "sources" | "metricsPerSource" }>;
}

export interface IceServer {
  readonly urls: readonly string[];
  readonly username: string;
  readonly credential: string;
}

export interface SessionDesk {
  open(): Promise<{
    readonly id: string;
    readonly token: string;
    readonly expiresAt: Date;
    readonly iceServers: readonly IceServer[];
  }>;
  /** Whether `token` is the live token of session `id`: `unknown` also when the session has expired. */
  check(id: string, token: string): Promise<"ok" | "wrong token" | "unknown">;
}

/** The last result of a background probe. */
export interface ServiceState {
  readonly status: "up" | "down";
  readonly since: Date;
  readonly checkedAt?: Date;
  readonly latencyMs?: number;
  readonly reason?: string;
  /** ComfyUI's own. */
  readonly version?: string;
  /** Whether ComfyUI is the demo renderer. */
  readonly demo?: boolean;
}

export interface HealthSnapshot {
  readonly status: "healthy" | "degraded";
  /** Why it is degraded, a sentence each. */
  readonly reasons: readonly string[];
  readonly services: Readonly<Record<ServiceName, ServiceState>>;
  /** Whether jobs wait and no worker gets on with them; false also while the database does not tell. */
  readonly workersStalled: boolean;
  /** The last known numbers; absent until the database has answered once. */
  readonly statistics?: Statistics;
  readonly sources: readonly SourceReport[];
  /** Attempts to mend something, by how they ended; absent when none is configured and none ever was made. */
  readonly remediations?: Readonly<Record<RemediationOutcome, number>>;
}

/** Never waits: reads what the background probes wrote. */
export interface HealthDesk {
  snapshot(): HealthSnapshot;
}

/** An alert as Alertmanager reports it. `fingerprint` is that of its labels. */
export interface ReportedAlert {
  readonly status: "firing" | "resolved";
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly since: Date;
  readonly fingerprint: string;
}

export interface FiringAlert extends Omit<ReportedAlert, "status"> {
  readonly lastSeenAt: Date;
}

/** When the alert that always fires was last heard; times are absent before the first time. */
export interface WatchdogState {
  readonly lastSeenAt?: Date;
  readonly ageSeconds?: number;
  readonly alive: boolean;
}

/** An attempt to mend something by the operator's command. */
export interface Remediation {
  readonly id: string;
  readonly alert: string;
  readonly startedAt: Date;
  /** Absent while the command runs. */
  readonly ending?: RemediationEnding & { readonly endedAt: Date };
}

export interface RemediationEnding {
  readonly outcome: RemediationOutcome;
  /** Why it counts as failed, a few words. */
  readonly reason?: string;
  /** The end of what the command wrote; may hold anything. */
  readonly output: string;
}

export interface AlertDesk {
  /** Never waits: what a report sets off goes on in the background. */
  report(alerts: readonly ReportedAlert[]): void;
  /** The latest first. */
  firing(): readonly FiringAlert[];
  watchdog(): WatchdogState;
  /** The last `limits.remediationsListed`, newest first. */
  remediations(): Promise<readonly Remediation[]>;
}

export interface Measurements {
  readonly webrtcConnectionTimeMs?: number;
  readonly queueWaitTimeMs?: number;
}

/** pino's shape, as far as the API needs it. */
export interface Log {
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}
