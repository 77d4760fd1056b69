import type { HistoryRange } from "../catalogue/history.ts";
import { pageLimits } from "../catalogue/status-page.ts";
import type { Assets } from "./assets.ts";
import { type ChartName, chartNames } from "./chart-rows.ts";
import { type Content, html, raw, type SafeHtml } from "./html.ts";
import { formatTime } from "./time.ts";
import type { Rendered, View } from "./views.ts";

/** What a visitor has just tried to log in with. */
export type Refusal = { readonly waitSeconds: number } | "wrong key" | undefined;

export interface PageOptions {
  readonly view: View;
  readonly rendered: Rendered;
  readonly assets: Assets;
  readonly version: string;
  readonly refusal: Refusal;
}

function renderRefusal(refusal: Refusal): SafeHtml | false {
  if (refusal === undefined) return false;
  const text =
    refusal === "wrong key"
      ? "This is not a key that is known here. Copy it again, whole and without spaces."
      : `There were too many wrong keys from your address: wait ${refusal.waitSeconds} s, then enter it again.`;
  return html`<p class="error" id="login-error" role="alert">${text}</p>`;
}

function renderLogin(range: HistoryRange, refusal: Refusal): SafeHtml {
  const isRefused = refusal !== undefined;
  return html`<section id="login" class="card" aria-labelledby="login-title">
    <h2 id="login-title">Details</h2>
    <p>Charts, alerts, jobs, sources and what was done about troubles are for those who have an API key.</p>
    <form method="post" action="/login">
      <input type="hidden" name="range" value="${range}">
      <input type="text" name="username" value="gozcu" autocomplete="username" hidden>
      <label for="key">API key</label>
      <div class="row"><input id="key" name="key" type="password" required autocomplete="current-password" spellcheck="false"${
        isRefused && html` aria-invalid="true" aria-describedby="login-error" autofocus`
      }>
      <button type="submit">Show details</button></div>
      ${renderRefusal(refusal)}
      <p class="facts">It was shown at the first start, and is kept in the data folder: <code>.gozcu/api-key</code>.</p>
    </form>
  </section>`;
}

const webrtcCheck = html`<section id="webrtc" class="card" aria-labelledby="webrtc-title" data-deadline="${pageLimits.webrtcDeadlineMs}">
  <h2 id="webrtc-title">WebRTC check</h2>
  <p>Your browser connects to itself with a session’s credentials. The time it takes is counted into <code>webrtc_connection_time</code>.</p>
  <p class="row"><button type="button" id="webrtc-start" disabled>Measure</button> <output id="webrtc-result" for="webrtc-start" aria-live="polite"></output></p>
  <noscript><p class="facts">It needs scripts.</p></noscript>
</section>`;

/** A section that the stream renews. */
function place(rendered: Rendered, id: string, classes = "card"): SafeHtml {
  const text = rendered.sections.find((section) => section.id === id)?.text ?? "";
  return html`<section id="${id}" class="${classes}" aria-labelledby="${id}-title" data-live>${raw(text)}</section>`;
}

function renderDetails(rendered: Rendered): SafeHtml {
  const chart = (name: ChartName) => place(rendered, `chart-${name}`, "card chart");
  return html`${place(rendered, "numbers", "numbers")}
  <div class="columns">
    ${place(rendered, "alerts")}
    ${place(rendered, "services")}
  </div>
  ${place(rendered, "charts", "heading")}
  <div class="charts">${chartNames.map(chart)}</div>
  ${place(rendered, "jobs")}
  <div class="columns">
    ${place(rendered, "sources")}
    ${place(rendered, "remediations")}
  </div>
  ${webrtcCheck}`;
}

const titles = { good: "Well", warning: "Warnings", critical: "Degraded" } as const;

/** Which of the states a rendered page is in, as its icon and its title tell. */
function levelOf(rendered: Rendered): keyof typeof titles {
  const text = rendered.sections.find(({ id }) => id === "overall")?.text ?? "";
  const level = /data-level="(\w+)"/.exec(text)?.[1];
  return level === "critical" || level === "warning" ? level : "good";
}

function renderHead({ view, rendered, assets }: PageOptions): SafeHtml {
  const level = levelOf(rendered);
  const again = `${pageLimits.reloadSeconds};url=/?range=${view.range}`;
  return html`<meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <meta name="robots" content="noindex">
  <title>${titles[level]} · Gözcü</title>
  <link rel="icon" type="image/svg+xml" href="${assets.url(`${level}.svg`)}" id="icon">
  <link rel="stylesheet" href="${assets.url("status.css")}">
  <link rel="stylesheet" href="${assets.url("chart.css")}">
  <script type="module" src="${assets.url("status.js")}"></script>
  <noscript><meta http-equiv="refresh" content="${again}"></noscript>`;
}

function renderHeader({ audience }: View): SafeHtml {
  return html`<header>
    <a class="skip" href="#main">Skip to the state</a>
    <p class="brand"><svg viewBox="0 0 24 24" width="28" height="28" aria-hidden="true"><path d="M2 12c3-5 6.500-7 10-7s7 2 10 7c-3 5-6.500 7-10 7s-7-2-10-7z" fill="none" stroke="currentColor" stroke-width="2" stroke-linejoin="round"/><circle cx="12" cy="12" r="3.500" fill="currentColor"/></svg> Gözcü</p>
    <p id="live" data-state="still" hidden></p>
    ${audience === "key" && html`<form method="post" action="/logout"><button type="submit" class="quiet">Log out</button></form>`}
  </header>`;
}

/** The whole page. It is of use as it is; the script keeps it new. */
export function renderPage(options: PageOptions): string {
  const { view, rendered, assets, version, refusal } = options;
  const body: Content =
    view.audience === "key"
      ? renderDetails(rendered)
      : html`<div class="columns">${place(rendered, "services")}${renderLogin(view.range, refusal)}</div>`;
  const data = html`data-audience="${view.audience}" data-range="${view.range}" data-build="${assets.build}" data-state="${rendered.state}" data-now="${rendered.at.toISOString()}" data-stale="${pageLimits.staleMs}" data-retry="${pageLimits.retryMs}" data-poll="${pageLimits.pollMs}"`;
  return html`<!doctype html>
<html lang="en">
<head>
  ${renderHead(options)}
</head>
<body ${data}>
  ${renderHeader(view)}
  <main id="main" tabindex="-1">
  <p id="lost" class="notice" role="status"></p>
  ${place(rendered, "overall", "overall")}
  ${body}
  </main>
  <footer>
    <p><noscript>Without scripts this page loads itself anew every ${pageLimits.reloadSeconds} seconds. </noscript>As of <time datetime="${rendered.at.toISOString()}" id="as-of">${formatTime(rendered.at)}</time> · Gözcü ${version} · <a href="/runbooks/README">Runbooks</a> · <a href="/api/openapi.json">API</a></p>
  </footer>
</body>
</html>
`.toString();
}
