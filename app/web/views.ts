import { createHash } from "node:crypto";
import type { HistoryRange } from "../catalogue/history.ts";
import { pageLimits } from "../catalogue/status-page.ts";
import type { PageFactsReader } from "./page-facts.ts";
import { renderAlerts } from "./sections/alerts.ts";
import { renderCharts } from "./sections/charts.ts";
import { type JobLinks, renderJobs } from "./sections/jobs.ts";
import { renderNumbers } from "./sections/numbers.ts";
import { renderOverall } from "./sections/overall.ts";
import { renderRemediations } from "./sections/remediations.ts";
import type { Section } from "./sections/section.ts";
import { renderServices } from "./sections/services.ts";
import { renderSources } from "./sections/sources.ts";
import { withoutElapsed } from "./time.ts";

/** Everybody, or those who have entered a key. */
export type Audience = "public" | "key";

export interface View {
  readonly audience: Audience;
  readonly range: HistoryRange;
}

/** Two views with the same key are the same. */
export function keyOf({ audience, range }: View): string {
  return audience === "public" ? audience : range;
}

export interface RenderedSection {
  readonly id: string;
  readonly text: string;
  /** What makes it news: differs when anything has changed but the clock. */
  readonly news: string;
}

/** A view as it was at a time: the same for all who look at it. */
export interface Rendered {
  readonly at: Date;
  readonly sections: readonly RenderedSection[];
  /** Of all sections' news. */
  readonly state: string;
}

export interface Views {
  /** Not older than a tick; never rejects. */
  read(view: View): Promise<Rendered>;
}

function finish(sections: readonly Section[], at: Date): Rendered {
  const rendered = sections.map(({ id, html }) => {
    const text = html.toString();
    return { id, text, news: withoutElapsed(text) };
  });
  const hash = createHash("sha256");
  for (const { id, news } of rendered) hash.update(id).update(news);
  return { at, sections: rendered, state: hash.digest("base64url").slice(0, 16) };
}

/** Renders each view once a tick, for however many look at it. */
export function createViews(options: { readonly facts: PageFactsReader; readonly links: () => JobLinks }): Views {
  const { facts, links } = options;
  const kept = new Map<string, { readonly since: number; readonly rendering: Promise<Rendered> }>();

  async function render({ audience, range }: View): Promise<Rendered> {
    if (audience === "public") {
      const coarse = facts.coarse();
      const detailed = false;
      return finish([renderOverall(coarse, { detailed }), renderServices(coarse, { detailed })], coarse.now);
    }
    const all = await facts.all(range);
    const detailed = true;
    return finish(
      [
        renderOverall(all, { detailed }),
        renderNumbers(all),
        renderAlerts(all),
        renderServices(all, { detailed }),
        ...renderCharts(all),
        renderJobs(all, links()),
        renderSources(all),
        renderRemediations(all),
      ],
      all.now,
    );
  }

  return {
    read(view) {
      const key = keyOf(view);
      const now = performance.now();
      const last = kept.get(key);
      if (last !== undefined && now - last.since < pageLimits.tickMs) return last.rendering;
      const rendering = render(view);
      kept.set(key, { since: now, rendering });
      return rendering;
    },
  };
}
