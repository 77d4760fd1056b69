import { setTimeout as delay } from "node:timers/promises";
import { sayTime } from "../../alerts/runbooks/words.ts";
import { type AlertName, alertsNamed } from "../../app/catalogue/alerts.ts";
import { endpoints } from "../../app/catalogue/endpoints.ts";
import { thresholds } from "../../app/catalogue/thresholds.ts";
import type { Narrator } from "./narrator.ts";
import type { Stage } from "./stage.ts";

/** What a scene plays with. */
export interface Play {
  readonly stage: Stage;
  readonly narrator: Narrator;
  /** Undefined without Prometheus and Alertmanager: nothing fires then. */
  readonly timeScale: number | undefined;
}

export interface Scene {
  readonly title: string;
  /** Also in the short tour. */
  readonly short: boolean;
  play(play: Play): Promise<void>;
}

/** Much more than it takes: for a machine that has other things to do. */
const patienceMs = 60_000;

function ensure(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}

const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;

/** What the page tells everybody, where there is one. */
async function tellPage({ stage, narrator }: Play, line: string, holds: (page: string) => boolean): Promise<void> {
  if ((await stage.client.page().catch(() => "")) === undefined) return;
  await narrator.tell(
    line,
    async () => {
      const page = (await stage.client.page()) ?? "";
      const [, title = ""] = /<title>([^<]*)<\/title>/.exec(page) ?? [];
      ensure(holds(page), `its title is ${JSON.stringify(title)}`);
      return JSON.stringify(title);
    },
    patienceMs,
  );
}

/** The alert, as it comes in from Alertmanager: with how long that took, beside what is promised in production. */
async function tellAlert(
  { stage, narrator, timeScale }: Play,
  name: AlertName,
  sinceMs: number,
  withinMs: number = patienceMs,
): Promise<void> {
  if (timeScale === undefined) return;
  const [row] = alertsNamed(name);
  const promised = row === undefined ? "" : ` (in production people know within ${sayTime(row.budgetSeconds)})`;
  await narrator.tell(
    `GET /api/alerts: ${name} fires`,
    async () => {
      const { alerts } = await stage.client.alerts();
      const alert = alerts.find((one) => one.name === name);
      ensure(alert !== undefined, `what fires is ${alerts.map((one) => one.name).join(", ") || "nothing"}`);
      return `${alert?.annotations.description} ${seconds(performance.now() - sinceMs)} after the fault${promised}`;
    },
    withinMs,
  );
}

async function tellResolved({ stage, narrator, timeScale }: Play, name: AlertName): Promise<void> {
  if (timeScale === undefined) return;
  await narrator.tell(
    `${name} is resolved`,
    async () => {
      const { alerts } = await stage.client.alerts();
      ensure(!alerts.some((one) => one.name === name), "it still fires");
    },
    patienceMs,
  );
}

async function tellHealthy({ stage, narrator }: Play): Promise<void> {
  await narrator.tell(
    "GET /api/health is healthy",
    async () => {
      const { status, services, reasons } = await stage.client.health();
      ensure(status === "healthy", reasons.join("; "));
      return `${Object.keys(services).join(", ")} are up`;
    },
    patienceMs,
  );
}

const summaryOf = (name: AlertName) => alertsNamed(name)[0]?.summary ?? name;

/** Jobs, from the request to the picture and the webhook. */
const jobs: Scene = {
  title: "Jobs",
  short: true,
  async play(play) {
    const { stage, narrator, timeScale } = play;
    const { client, receiver } = stage;
    await tellHealthy(play);
    if (timeScale !== undefined) {
      await narrator.tell(
        "the Watchdog has come all the way from Prometheus by Alertmanager: alerting is alive",
        async () => {
          const { watchdog } = await client.alerts();
          ensure(watchdog.alive, "GET /api/alerts has not heard it");
        },
        patienceMs,
      );
    }
    const count = 6;
    const ids: string[] = [];
    await narrator.tell(`${count} jobs are accepted, each in Postgres before its 202`, async () => {
      if (ids.length === 0) ids.push(...(await client.submit(count)));
      const { jobs: counts } = await client.telemetry();
      ensure(counts.total >= count, `GET /api/telemetry counts ${counts.total}`);
    });
    const [first = ""] = ids;
    await narrator.tell(
      "the worker renders them",
      async () => {
        const all = await Promise.all(ids.map(client.job));
        const done = all.filter(({ status }) => status === "completed").length;
        ensure(done === count, `${done} of ${count} are completed`);
        return `${count} of ${count} are completed`;
      },
      patienceMs,
    );
    await narrator.tell(
      "the first picture is there",
      async () => `${Math.ceil((await client.pictureBytes(first)) / 1_000)} kB`,
    );
    await narrator.tell(
      "their webhooks have arrived, and the Standard Webhooks library takes the signatures",
      async () => {
        const told = new Set(receiver.received().map(({ event }) => event.data.id));
        const missing = ids.filter((id) => !told.has(id)).length;
        ensure(missing === 0 && receiver.refused().length === 0, `${missing} are missing`);
      },
      patienceMs,
    );
    await narrator.tell("GET /api/telemetry counts them", async () => {
      const { jobs: counts, webhooks } = await client.telemetry();
      const { averageProcessingTime, successRate } = counts.performance;
      ensure(
        successRate === "100%" && webhooks.successRate === "100%",
        `the rates are ${successRate}, ${webhooks.successRate}`,
      );
      return `success rate ${successRate}, ${averageProcessingTime} each, webhooks ${webhooks.successRate}`;
    });
    await tellPage(play, "the status page is calm", (page) => !page.includes(summaryOf("ComfyuiDown")));
  },
};

/** A step takes so long that jobs stay where they are, and not so long that the worker counts as stuck. */
const slowStepMs = 3_000;
/** A queue that grows slowly would be another fault on its way. */
const atOnce = 10;
/** So many jobs the worker has in hand at a time. */
const hands = 4;

const queueOverflow: Scene = {
  title: "The renderer is slow, and the queue overflows",
  short: false,
  async play(play) {
    const { stage, narrator } = play;
    const { client, renderer } = stage;
    const wanted = thresholds.queueOverflow.above + 1;
    renderer.faults.slowMs = slowStepMs;
    let left = wanted + hands;
    await narrator.tell(
      "more jobs come than can be done, and all are accepted",
      async () => {
        for (; left > 0; left -= atOnce) await client.submit(Math.min(left, atOnce));
      },
      patienceMs,
    );
    const startedAt = performance.now();
    await narrator.tell("GET /api/health: the queue's health is high", async () => {
      const { pending, queueHealth } = (await client.health()).statistics;
      ensure(queueHealth === "high" && Number(pending) >= wanted, `it is ${queueHealth}, with ${pending} pending`);
      return `${pending} jobs are pending`;
    });
    await narrator.tell("a long queue alone is no reason to be degraded", async () => {
      const { status } = await client.health();
      ensure(status === "healthy", `the status is ${status}`);
    });
    await tellPage(play, "the status page warns", (page) => page.includes(summaryOf("QueueOverflow")));
    await tellAlert(play, "QueueOverflow", startedAt);
    renderer.faults.slowMs = 0;
    await narrator.tell(
      "what nobody needs any more is cancelled, and the queue is good again",
      async () => {
        await client.cancelOpen();
        const { pending, queueHealth } = (await client.health()).statistics;
        ensure(queueHealth === "good" && pending === 0, `${pending} jobs are pending`);
      },
      patienceMs,
    );
    await tellResolved(play, "QueueOverflow");
  },
};

const comfyuiDown: Scene = {
  title: "ComfyUI goes down",
  short: true,
  async play(play) {
    const { stage, narrator } = play;
    const { client, renderer } = stage;
    renderer.faults.down = true;
    const startedAt = performance.now();
    const ids: string[] = [];
    await narrator.tell(
      "GET /api/health is degraded",
      async () => {
        const { status, services } = await client.health();
        const { comfyui } = services;
        ensure(status === "degraded" && comfyui.status === "down", `it is ${status}, and ComfyUI is ${comfyui.status}`);
        return `${comfyui.reason}`;
      },
      patienceMs,
    );
    await narrator.tell("jobs are accepted nevertheless, and wait", async () => {
      if (ids.length === 0) ids.push(...(await client.submit(3)));
      const { pending } = (await client.health()).statistics;
      ensure(Number(pending) >= ids.length, `${pending} are pending`);
    });
    await tellPage(play, "the status page says so", (page) => page.includes(summaryOf("ComfyuiDown")));
    await tellAlert(play, "ComfyuiDown", startedAt);
    renderer.faults.down = false;
    await narrator.tell(
      "ComfyUI is back",
      async () => {
        const { comfyui } = (await client.health()).services;
        ensure(comfyui.status === "up", `${comfyui.reason}`);
      },
      patienceMs,
    );
    await narrator.tell(
      "the jobs that waited are completed: none is lost",
      async () => {
        const all = await Promise.all(ids.map(client.job));
        const open = all.filter(({ status }) => status !== "completed");
        ensure(open.length === 0, `${open.length} are not`);
      },
      patienceMs,
    );
    await tellResolved(play, "ComfyuiDown");
    await tellHealthy(play);
    await tellPage(play, "the status page is calm again", (page) => !page.includes(summaryOf("ComfyuiDown")));
  },
};

/** So much later each answer of Postgres comes in: accepting a job takes several of them. */
const latencyMs = 300;
/** So many clients post at a time: far more than one of twenty requests is slow then, and that is what p95 sees. */
const posters = 4;
/** What is judged over a window takes that long besides. */
const quantilePatienceMs = 2 * patienceMs;
/** What is refused, or cut off, is not tried again at once. */
const retryMs = 200;

const slowRoute: Scene = {
  title: "The database is far away, and a route is slow",
  short: false,
  async play(play) {
    const { stage, narrator, timeScale } = play;
    const { client, latency } = stage;
    const { method, route, budgetSeconds } = endpoints.jobSubmit;
    latency.slowDown(latencyMs);
    const startedAt = performance.now();
    /** What it takes now. */
    async function measure(): Promise<number> {
      const began = performance.now();
      await client.submit(1);
      return performance.now() - began;
    }
    await narrator.tell(`${method} ${route} takes longer than its documented ${budgetSeconds * 1_000} ms`, async () => {
      const ms = await measure();
      ensure(ms > budgetSeconds * 1_000, `it took ${seconds(ms)}`);
      return seconds(ms);
    });
    if (timeScale !== undefined) {
      let going = true;
      async function post(): Promise<void> {
        while (going) await client.submitAgain().catch(() => delay(retryMs));
      }
      const posting = Promise.all(Array.from({ length: posters }, post));
      try {
        await tellAlert(play, "ResponseTimeHigh", startedAt, quantilePatienceMs);
      } finally {
        going = false;
        latency.slowDown(0);
        await posting;
      }
    }
    latency.slowDown(0);
    await narrator.tell("the database is near again, and the route is quick", async () => {
      const ms = await measure();
      ensure(ms < budgetSeconds * 1_000, `it took ${seconds(ms)}`);
      return seconds(ms);
    });
    await tellResolved(play, "ResponseTimeHigh");
  },
};

/** In an order in which none is the aftermath of the one before. */
export const scenes: readonly Scene[] = [jobs, queueOverflow, comfyuiDown, slowRoute];
