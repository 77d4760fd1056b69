import type { RequestHandler } from "express";
import type { AlertDesk, HealthDesk, JobDesk, SessionDesk } from "../api/ports.ts";
import { readAssets } from "./assets.ts";
import type { History } from "./history.ts";
import { createLive } from "./live.ts";
import { createLogin } from "./login.ts";
import { createLoginBrake } from "./login-brake.ts";
import { createPageFacts } from "./page-facts.ts";
import { createPageRouter } from "./page-router.ts";
import type { JobLinks } from "./sections/jobs.ts";
import { createViews } from "./views.ts";

export interface StatusPage {
  readonly routes: RequestHandler;
  /** Ends the open streams, for which the server would wait. */
  close(): Promise<void>;
}

/** The status page, put together; it reads only while somebody looks. */
export function createStatusPage(options: {
  readonly health: HealthDesk;
  readonly alerts: Pick<AlertDesk, "firing" | "watchdog" | "remediations">;
  readonly jobs: Pick<JobDesk, "list" | "image">;
  readonly sessions: Pick<SessionDesk, "open">;
  readonly history: Pick<History, "read">;
  readonly apiKeys: readonly string[];
  /** Where people find what the page links to: the address of the service is known when it listens. */
  readonly links: () => JobLinks;
  readonly version: string;
  readonly onError: (error: unknown) => void;
}): StatusPage {
  const { links, onError, apiKeys } = options;
  const assets = readAssets();
  const views = createViews({ facts: createPageFacts(options), links });
  const live = createLive({ views, build: assets.build, onError });
  const routes = createPageRouter({
    ...options,
    ...{ views, live, assets },
    login: createLogin({ keys: apiKeys }),
    brake: createLoginBrake(),
  });
  return { routes, close: live.close };
}
