/** The names that other rows of the catalogue refer to. Adding one here makes the compiler ask for its row. */
export const serviceNames = ["database", "queue", "comfyui", "webhook"] as const;
export type ServiceName = (typeof serviceNames)[number];

export const jobTypeNames = ["image"] as const;
export type JobType = (typeof jobTypeNames)[number];

export const jobStatuses = ["pending", "processing", "completed", "failed", "cancelled"] as const;
export type JobStatus = (typeof jobStatuses)[number];

export const queueNames = ["jobs", "webhooks", "schedules"] as const;
export type QueueName = (typeof queueNames)[number];
export const queueStates = ["waiting", "active", "delayed", "failed"] as const;
export type QueueState = (typeof queueStates)[number];

const scheduleNames = ["turn_rotation", "session_cleanup", "retention"] as const;
export type ScheduleName = (typeof scheduleNames)[number];

/** How a try to mend something ended. */
export const remediationOutcomes = ["succeeded", "failed"] as const;
export type RemediationOutcome = (typeof remediationOutcomes)[number];

/** The `http.route` in metrics of all requests that match no route, those that are refused before routing among them. */
export const unmatchedRoute = "(unmatched)";
