import { eventually } from "../eventually.ts";
import { hands, type Stack } from "./stack.ts";
import type { Fault } from "./story.ts";

/** A step takes so long that jobs stay where they are, and not so long that the worker counts as stuck. */
const slowStepMs = 3_000;
/** So much later each answer of Postgres comes in: accepting a job takes several of them. */
const latencyMs = 300;
const brokenWorkflow = { "1": { class_type: "NoSuchNode", inputs: {} } };

/** Makes so many jobs wait, beside those that the worker has in hand. */
async function pileUp(stack: Stack, pending: number): Promise<void> {
  await stack.demo.setFaults({ slowMs: slowStepMs });
  await stack.submit(pending + hands);
}

async function cancelAll(stack: Stack): Promise<void> {
  await stack.demo.setFaults({ slowMs: 0 });
  await stack.cancelOpen();
  await stack.drained();
}

/** Posts jobs without a pause, each the same as before, until it is told to stop. */
function startPosting(stack: Stack): { stop(): Promise<void> } {
  let stopped = false;
  async function post(): Promise<void> {
    while (!stopped) await stack.submit(1, {}, { "Idempotency-Key": "the-same-job-again" });
  }
  const posting = post();
  return {
    async stop() {
      stopped = true;
      await posting;
    },
  };
}
const posting = new WeakMap<Stack, { stop(): Promise<void> }>();

const report = (stack: Stack) => stack.api.post("/api/telemetry", { source: "partner", metrics: { users: 7 } });

/**
 * What goes wrong, by the stack that it goes wrong in: one after the other there, the stacks beside each other. In a stack
 * no fault comes after one that could be its cause: for a while it would count as the aftermath of that.
 */
export const lanes: readonly { readonly aboutLatency: boolean; readonly faults: readonly Fault[] }[] = [
  {
    aboutLatency: false,
    faults: [
      {
        title: "telemetry source silent",
        alert: "TelemetrySourceSilent",
        says: ["partner", "more than 3m 0s"],
        inject: async (stack) => void (await eventually(() => report(stack))),
        mend: async (stack) => void (await report(stack)),
      },
    ],
  },
  {
    aboutLatency: false,
    faults: [
      {
        title: "51 jobs pending",
        alert: "QueueSizeHigh",
        says: ["51 jobs", "more than 50 jobs"],
        inject: (stack) => pileUp(stack, 51),
        mend: cancelAll,
      },
      {
        title: "101 jobs pending",
        alert: "QueueOverflow",
        says: ["101 jobs", "more than 100 jobs"],
        inject: (stack) => pileUp(stack, 101),
        mend: cancelAll,
      },
      {
        title: "ComfyUI down",
        alert: "ComfyuiDown",
        says: ["Value: down", "anything but up"],
        async inject({ demo, submit }) {
          await demo.kill();
          await submit(3);
        },
        async mend({ demo, drained }) {
          await demo.restart();
          await drained();
        },
      },
      {
        title: "ComfyUI hanging",
        alert: "ComfyuiDown",
        says: ["Value: down", "anything but up"],
        async inject({ demo, submit }) {
          await demo.setFaults({ hang: true });
          await submit(3);
        },
        async mend({ demo, drained }) {
          await demo.setFaults({ hang: false });
          await drained();
        },
      },
    ],
  },
  {
    aboutLatency: false,
    faults: [
      {
        title: "worker killed, queue full",
        alert: "WorkerStalled",
        says: ["Value: stalled", "anything but working"],
        async inject({ worker, submit }) {
          await worker.kill();
          await submit(120);
        },
        async mend({ worker, drained }) {
          await worker.restart();
          await drained();
        },
      },
      {
        title: "Prometheus target gone",
        alert: "TargetDown",
        says: ["Value: down", "anything but up", "role=worker"],
        inject: ({ worker }) => worker.kill(),
        mend: ({ worker }) => worker.restart(),
      },
      {
        title: "Redis down",
        alert: "QueueDown",
        says: ["Value: down", "anything but up"],
        inject: ({ redis }) => redis.kill(),
        mend: ({ redis }) => redis.restart(),
      },
      {
        title: "Postgres down",
        alert: "DatabaseDown",
        says: ["Value: down", "anything but up"],
        async inject({ postgres, api }) {
          await postgres.kill();
          for (let asked = 0; asked < 20; asked += 1) await api.get("/api/jobs");
        },
        mend: ({ postgres }) => postgres.restart(),
      },
    ],
  },
  {
    aboutLatency: true,
    faults: [
      {
        title: "job failures above 10 %",
        alert: "JobSuccessRateLow",
        says: ["less than 90%"],
        async inject(stack) {
          // A little more than may fail: much more would be an alert of the objective's own.
          await stack.submit(8);
          await stack.submit(2, { prompt: undefined, workflow: brokenWorkflow });
          await stack.submit(7);
        },
        mend: (stack) => stack.submit(10),
      },
      {
        title: "webhooks given up above 5 %",
        alert: "WebhookSuccessRateLow",
        says: ["less than 95%"],
        async inject({ submit, receiver, gone }) {
          await submit(8, { webhookUrl: receiver.url });
          await submit(1, { webhookUrl: gone.url });
          await submit(7, { webhookUrl: receiver.url });
        },
        mend: ({ submit, receiver }) => submit(10, { webhookUrl: receiver.url }),
      },
      {
        title: "answers slower than 1 s",
        alert: "ResponseTimeHigh",
        says: ["more than 1s"],
        async inject(stack) {
          stack.latency.slowDown(latencyMs);
          posting.set(stack, startPosting(stack));
        },
        async mend(stack) {
          stack.latency.slowDown(0);
          await posting.get(stack)?.stop();
        },
      },
    ],
  },
];
