import { randomInt } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { type Auditor, createAuditor } from "./nothing-lost/audit.ts";
import { type QueueKind, roles, startCast } from "./nothing-lost/cast.ts";
import { planBlows, strike } from "./nothing-lost/chaos.ts";
import { startCustomer } from "./nothing-lost/customer.ts";
import { createRandom } from "./random.ts";
import { webhookSecret } from "./service-process.ts";
import { startWebhookReceiver } from "./webhook-receiver.ts";

const usage = `Usage: node infra/e2e/nothing-lost.ts [--jobs 1000] [--queue redis|postgres] [--seed N] [--kills N]

Posts jobs to a real service while everything that it is made of is killed and started again at random: workers,
API, Redis, Postgres, renderer. Then looks whether any job, picture or webhook was lost or came twice.
  --jobs   how many jobs are posted (1000)
  --queue  where the queue is kept (redis)
  --seed   of the order and the times of the kills (random, and printed)
  --kills  how often something is killed (24)
The exit code is 0 when nothing was lost, else 1.
`;

/** The jobs are posted, and the blows fall, within this time. */
const turmoilMs = 60_000;
/** The longest until all has come to rest after it. */
const restMs = 150_000;
/** This share of the webhooks is answered with 500, though it was received. */
const refusedShare = 0.1;
const progressMs = 3_000;
const shownViolations = 50;

function readNumber(name: string, text: string, min: number): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isSafeInteger(value) && value >= min) return value;
  throw new Error(`--${name} must be a whole number from ${min}, not ${JSON.stringify(text)}`);
}

function readQueue(text: string): QueueKind {
  if (text === "redis" || text === "postgres") return text;
  throw new Error(`--queue must be redis or postgres, not ${JSON.stringify(text)}`);
}

interface Options {
  readonly jobs: number;
  readonly queue: QueueKind;
  readonly seed: number;
  readonly kills: number;
}

/** Whether nothing was open any more before the time was up. */
async function comesToRest(auditor: Auditor, jobs: number): Promise<boolean> {
  const deadline = Date.now() + restMs;
  while (Date.now() < deadline) {
    const looked = await auditor.look().catch(() => undefined);
    if (looked?.open === 0 && looked.ended >= jobs) return true;
    await delay(500);
  }
  return false;
}

/** Returns whether nothing was lost. */
async function run({ jobs, queue, seed, kills }: Options): Promise<boolean> {
  const startedAt = Date.now();
  const tell = (text: string) => {
    process.stdout.write(`${((Date.now() - startedAt) / 1_000).toFixed(1).padStart(6)} s  ${text}\n`);
  };
  tell(`${jobs} jobs, the queue on ${queue}, ${kills} kills, seed ${seed}`);
  const random = createRandom(seed);
  const cast = await startCast(queue);
  const auditor = createAuditor({ database: cast.databaseUrl, queue: cast.queueUrl });
  const blows = planBlows({ roles: [...cast.programs.keys()], kills, withinMs: turmoilMs, random });
  const receiver = await startWebhookReceiver(webhookSecret, {
    answer: () => (random.next() < refusedShare ? 500 : 204),
  });
  tell("everything is up");
  const customer = startCustomer({ apiUrl: cast.apiUrl, webhookUrl: receiver.url, jobs, overMs: turmoilMs });
  const progress = setInterval(async () => {
    const looked = await auditor.look().catch(() => undefined);
    const seen = looked && `, ${looked.ended} ended, ${looked.delivered} webhooks delivered, ${looked.open} open`;
    tell(`${customer.accepted().length} accepted${seen ?? ""}`);
  }, progressMs);
  try {
    await Promise.all([strike(blows, cast.programs, tell), customer.done]);
    tell("all jobs are accepted and everything is up: waiting until all has come to rest");
    const rested = await comesToRest(auditor, jobs);
    const lost = [
      ...(rested ? [] : [`it has not come to rest within ${restMs / 1_000} s`]),
      ...customer.complaints(),
      ...receiver.refused().map((reason) => `a webhook was not to be believed: ${reason}`),
      ...(await auditor.audit(customer.accepted(), receiver.received())),
    ];
    const { completed, failed, begun, sent } = await auditor.figures();
    const killed = roles.map((role) => [role, blows.filter((blow) => blow.role === role).length] as const);
    const putBack = [...cast.output().matchAll(/the queue had lost (\d+)/g)].reduce((sum, [, n]) => sum + Number(n), 0);
    tell(
      `jobs        ${completed} completed, ${failed} failed; ${customer.repeated()} POSTs sent again for want of a 202`,
    );
    tell(`kills       ${killed.map(([role, times]) => `${role} ${times}`).join(", ")}`);
    tell(
      `retries     ${begun - jobs} of jobs, ${sent - jobs} of webhooks; ${putBack} entries put back that the queue lost`,
    );
    tell(`duplicates  ${receiver.received().length - jobs} webhooks came again, each with its first id`);
    for (const violation of lost.slice(0, shownViolations)) tell(`LOST        ${violation}`);
    if (lost.length === 0) tell("nothing was lost");
    else {
      const file = join(tmpdir(), `nothing-lost-${queue}-${seed}.log`);
      await writeFile(file, cast.output());
      tell(`${lost.length} violations; what the service wrote stands in ${file}`);
    }
    return lost.length === 0;
  } finally {
    clearInterval(progress);
    customer.stop();
    await customer.done;
    await auditor.close();
    await cast.close();
    await receiver.close();
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      jobs: { type: "string", default: "1000" },
      queue: { type: "string", default: "redis" },
      seed: { type: "string", default: String(randomInt(2 ** 31)) },
      kills: { type: "string", default: "24" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return;
  }
  const nothingLost = await run({
    jobs: readNumber("jobs", values.jobs, 1),
    queue: readQueue(values.queue),
    seed: readNumber("seed", values.seed, 0),
    kills: readNumber("kills", values.kills, 0),
  });
  process.exitCode = nothingLost ? 0 : 1;
}

main().catch((error: unknown) => {
  process.stderr.write(`nothing-lost: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
