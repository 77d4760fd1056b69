import type { HealthDesk, ServiceState, SourceReport } from "../api/ports.ts";
import type { LabelsOf } from "../catalogue/metrics.ts";
import { type QueueName, type QueueState, queueNames, queueStates } from "../catalogue/names.ts";
import { type ProbedServiceName, services } from "../catalogue/services.ts";
import { type Facts, isKnown, judgeWebhooks, renderSnapshot } from "./judge.ts";
import { type Finding, type ProbeOptions, startProbe } from "./probe.ts";

type Depth = Readonly<Record<QueueState, number>>;

export interface HealthOptions {
  readonly readFacts: () => Promise<Facts>;
  readonly readSources: () => Promise<readonly SourceReport[]>;
  readonly readDepth: (queue: QueueName) => Promise<Depth>;
  readonly probeComfyui: (signal: AbortSignal) => Promise<Finding>;
}

export interface Health extends HealthDesk {
  /** Entries by queue and state, as the last probe of the queue found them; none while the queue is down. */
  depthSamples(): Iterable<{ readonly value: number; readonly labels: LabelsOf<"queue_depth"> }>;
  /** Resolves when everything has been checked once. */
  readonly first: Promise<void>;
  close(): Promise<void>;
}

/** Probes everything that `GET /api/health` tells of, in the background, and keeps the last results. */
export function startHealth({ readFacts, readSources, readDepth, probeComfyui }: HealthOptions): Health {
  let facts: Facts | undefined;
  let sources: readonly SourceReport[] = [];
  const depths = new Map<QueueName, Depth>();
  let webhook: ServiceState = { status: "up", since: new Date() };

  /** Webhooks have no probe of their own: the deliveries tell, as the database knows them. */
  function judge(known: Facts): void {
    const reason = judgeWebhooks(known);
    const status = reason === undefined ? "up" : "down";
    const checkedAt = new Date();
    const since = webhook.status === status ? webhook.since : checkedAt;
    webhook = { status, since, checkedAt, ...(reason !== undefined && { reason }) };
  }

  /** What was known last stays, up until anything is, and says that it is no longer known. */
  function readWebhook(): ServiceState {
    if (webhook.status === "down" || isKnown("webhook", webhook, new Date())) return webhook;
    return { ...webhook, reason: "not known: the database does not answer" };
  }

  const timing = (name: ProbedServiceName): Omit<ProbeOptions, "check"> => ({
    intervalMs: services[name].probeIntervalMs,
    deadlineMs: services[name].probeDeadlineMs,
    staleAfterMs: services[name].staleAfterMs,
  });

  const probes = {
    database: startProbe({
      ...timing("database"),
      async check(signal) {
        const known = await readFacts();
        const reported = await readSources();
        // What comes after the deadline may be older than what a later check has found.
        signal.throwIfAborted();
        facts = known;
        sources = reported;
        judge(known);
        return {};
      },
    }),
    queue: startProbe({
      ...timing("queue"),
      async check() {
        for (const name of queueNames) depths.set(name, await readDepth(name));
        return {};
      },
    }),
    comfyui: startProbe({ ...timing("comfyui"), check: probeComfyui }),
  };

  return {
    snapshot: () =>
      renderSnapshot(
        {
          database: probes.database.state(),
          queue: probes.queue.state(),
          comfyui: probes.comfyui.state(),
          webhook: readWebhook(),
        },
        facts,
        sources,
      ),
    *depthSamples() {
      if (probes.queue.state().status === "down") return;
      for (const [queue, depth] of depths)
        for (const state of queueStates) yield { value: depth[state], labels: { queue, state } };
    },
    first: Promise.all(Object.values(probes).map((probe) => probe.first)).then(() => {}),
    async close() {
      await Promise.all(Object.values(probes).map((probe) => probe.close()));
    },
  };
}
