import { webhookDelivery } from "../../app/catalogue/webhooks.ts";
import { sqlCommand } from "./commands.ts";
import type { Command } from "./runbook.ts";
import { sayTime } from "./words.ts";

const { attempts, backoffMs, backoffMaxMs, jitter } = webhookDelivery;

/** The longest that all attempts of a delivery take together, apart from the receiver's own time. */
const longestSeconds = Array.from({ length: attempts - 1 }, (_, i) =>
  Math.min(backoffMs * 2 ** i, backoffMaxMs),
).reduce((sum, waitMs) => sum + waitMs / 1_000, 0);

/** How deliveries are tried, for the pages that need it. */
export const deliveryRule =
  `A delivery is tried ${attempts} times, over ${sayTime(longestSeconds * (1 - jitter))} to ${sayTime(longestSeconds)}, and given up ` +
  "then; at once when the receiver answers 410 or its address is refused. What was given up is not sent again.";

// Of the address only the host is shown: paths and queries of webhooks hold secrets. Ids begin with the time.
export const failingReceiversCommand: Command = sqlCommand(
  "which receivers have deliveries that have been tried and are not done",
  "select split_part(url, '/', 3) as host, count(*), max(attempts) as attempts from deliveries " +
    "where status = 'waiting' and attempts > 0 group by host order by count desc limit 20",
);

export const lastAttemptsCommand: Command = sqlCommand(
  "what came of the last attempts at those",
  "select a.at, split_part(d.url, '/', 3) as host, a.outcome, a.status_code, a.duration_ms, a.error from deliveries d " +
    "join delivery_attempts a on a.delivery_id = d.id where d.status = 'waiting' order by a.at desc limit 20",
);

export const givenUpCommand: Command = sqlCommand(
  "the last deliveries that were given up, and what their last attempt met",
  "select d.ended_at, split_part(d.url, '/', 3) as host, d.job_id, a.outcome, a.status_code, a.error from deliveries d " +
    "join delivery_attempts a on a.delivery_id = d.id and a.n = d.attempts where d.status = 'failed' order by d.id desc limit 20",
);
