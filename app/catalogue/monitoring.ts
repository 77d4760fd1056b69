/** How the Prometheus and the Alertmanager are run that are started along with the service. */
export const monitoring = {
  /** How often Prometheus sends an alert again that still fires: the first may come before it knows its Alertmanager. */
  resendSeconds: 60,
  /** The longest window that is looked back over, 30 days of error budget, and some days to compare it with. */
  retentionDays: 35,
  /** Whichever comes first; `KB`, `MB`, `GB` as Prometheus spells them. */
  retentionSize: "2GB",
  /** Reading back the data of a long life takes its time on a slow disk. */
  readyDeadlineMs: 120_000,
  /** How long they may take to write down what they hold in memory; then they are killed. */
  stopGraceMs: 10_000,
  /** How often they are asked whether they are ready, or gone. */
  pollMs: 50,
  /** How long such an answer may take. */
  answerMs: 1_000,
  /**
   * How long a program must live after its first answer. Whoever took its port meanwhile answers at once, and it takes a
   * moment to find that out: both programs load their files first.
   */
  settleMs: 500,
  /** How long they may take to say which version they are. */
  versionDeadlineMs: 10_000,
  /**
   * How large what they write may grow; as much of what was before is kept. A channel that is down is a line an attempt,
   * for as long as it is down, on the disk that the database uses.
   */
  logBytes: 10_000_000,
  /** How often that is looked at. */
  logCheckMs: 60_000,
  /** How much of its log is told of a program that ended before it was ready. */
  lastLines: 3,
} as const;
