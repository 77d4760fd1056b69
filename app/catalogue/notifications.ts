/** How much an alert matters. `none` is for signs of life, which no person is told of. */
const severities = ["critical", "warning", "info", "none"] as const;
export type Severity = (typeof severities)[number];

/** Where people are told; each is on when its secret is set. */
export const channelNames = ["slack", "telegram", "discord", "email"] as const;
export type ChannelName = (typeof channelNames)[number];

/** How Alertmanager tells of a group of alerts. All times are scaled. */
export interface Cadence {
  /** How long a new group waits for more of its alerts, and for a cause that silences it. */
  readonly waitSeconds: number;
  /** How often a group is looked at again: for what is new or mended, and for what could not be sent. */
  readonly intervalSeconds: number;
  /** How often a group that has not changed is told again. */
  readonly repeatSeconds: number;
}

const toPeople = { waitSeconds: 30, intervalSeconds: 60 } as const;

export const notifications = {
  people: {
    critical: { ...toPeople, repeatSeconds: 3_600 },
    warning: { ...toPeople, repeatSeconds: 43_200 },
    info: { ...toPeople, repeatSeconds: 86_400 },
  },
  /** To the product's own `POST /api/alerts`: every alert, soon, and often enough to see that the pipeline is alive. */
  product: { waitSeconds: 1, intervalSeconds: 15, repeatSeconds: 60 },
  /** To the outside heartbeat: the Watchdog only. */
  heartbeat: { waitSeconds: 0, intervalSeconds: 60, repeatSeconds: 60 },
  /** What sending one message may take; a part of every detection budget. */
  sendSeconds: 10,
} as const satisfies {
  readonly people: Readonly<Record<Exclude<Severity, "none">, Cadence>>;
  readonly product: Cadence;
  readonly heartbeat: Cadence;
  readonly sendSeconds: number;
};

/** The alert that always fires: where it stops to arrive, the pipeline is dead. */
export const watchdogName = "Watchdog";

/** The longest silence: what is muted for longer is a rule to change. */
export const longestSilenceDays = 30;
