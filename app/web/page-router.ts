import express, { type Request, type RequestHandler, type Response, Router } from "express";
import { ipKeyGenerator } from "express-rate-limit";
import { z } from "zod";
import { releasePlace } from "../api/admission.ts";
import type { JobDesk, SessionDesk } from "../api/ports.ts";
import { Problem } from "../api/problem.ts";
import { uuid } from "../api/scalars.ts";
import { type HistoryRange, historyRanges } from "../catalogue/history.ts";
import { type PageRouteName, pageLimits, pageRouteNames, pageRoutes } from "../catalogue/status-page.ts";
import type { Assets } from "./assets.ts";
import type { Live } from "./live.ts";
import type { Login } from "./login.ts";
import type { LoginBrake } from "./login-brake.ts";
import { type Refusal, renderPage } from "./page.ts";
import { refuseOtherSites } from "./same-site.ts";
import type { View, Views } from "./views.ts";

export interface PageRouterOptions {
  readonly views: Views;
  readonly live: Pick<Live, "open">;
  readonly login: Login;
  readonly brake: LoginBrake;
  readonly assets: Assets;
  readonly jobs: Pick<JobDesk, "image">;
  readonly sessions: Pick<SessionDesk, "open">;
  readonly version: string;
}

/** Nothing but what the page itself brings, and that only from here. */
const contentSecurityPolicy = [
  "default-src 'none'",
  ...["style", "script", "img", "connect"].map((kind) => `${kind}-src 'self'`),
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

const cookieName = "gozcu_login";
const formSchema = z.object({ key: z.string().trim().catch(""), range: z.string().catch("") });
const placeOfPicture = z.object({
  id: uuid,
  n: z
    .string()
    .regex(/^\d{1,3}$/)
    .transform(Number),
});

/** Any other word is nobody's fault: somebody has cut the address off. */
function readRange(text: unknown): HistoryRange {
  return typeof text === "string" && Object.hasOwn(historyRanges, text) ? (text as HistoryRange) : "1h";
}

function readCookie(request: Request): string | undefined {
  const cookies = (request.get("Cookie") ?? "").split(";").map((cookie) => cookie.trim());
  return cookies.find((cookie) => cookie.startsWith(`${cookieName}=`))?.slice(cookieName.length + 1);
}

/** The status page: its document, its stream, its files, and the login. The API knows nothing of the cookie. */
export function createPageRouter(options: PageRouterOptions): Router {
  const { views, live, login, brake, assets, jobs, sessions, version } = options;

  const expiryOf = (request: Request) => login.check(readCookie(request));

  function viewOf(request: Request, range: HistoryRange): View {
    return { audience: expiryOf(request) === undefined ? "public" : "key", range };
  }

  async function sendPage(response: Response, view: View, refusal?: Refusal): Promise<void> {
    const rendered = await views.read(view);
    response.set({
      "Content-Security-Policy": contentSecurityPolicy,
      // Without a referrer a browser would not tell the origin of its own forms.
      "Referrer-Policy": "same-origin",
    });
    response.type("html").send(renderPage({ view, rendered, assets, version, refusal }));
  }

  function setCookie(request: Request, response: Response, value: string, expires: Date): void {
    response.cookie(cookieName, value, {
      httpOnly: true,
      sameSite: "strict",
      path: "/",
      secure: request.secure,
      expires,
      encode: String,
    });
  }

  function requireLogin(request: Request): void {
    if (expiryOf(request) !== undefined) return;
    throw new Problem("unauthorized", "Enter the API key on the status page first", {
      headers: { "WWW-Authenticate": 'Cookie realm="gozcu"' },
    });
  }

  const handlers: Readonly<Record<PageRouteName, RequestHandler>> = {
    page: (request, response) => sendPage(response, viewOf(request, readRange(request.query.range))),

    events(request, response) {
      const view = viewOf(request, readRange(request.query.range));
      if (request.method === "HEAD") return void response.type("text/event-stream").end();
      // An open stream is no work in hand.
      releasePlace(response);
      const { state } = request.query;
      const seen = request.get("Last-Event-ID") ?? (typeof state === "string" ? state : undefined);
      if (live.open({ view, response, seen, expiresAt: expiryOf(request) })) return;
      throw new Problem("overloaded", `At most ${pageLimits.streams} pages are kept live by this process`, {
        headers: { "Retry-After": String(pageLimits.pollMs / 1_000) },
      });
    },

    asset(request, response) {
      const asset = assets.find(String(request.params.build), String(request.params.file));
      if (asset === undefined) throw new Problem("not-found", "No such file, or one of another version");
      response.set({ "Content-Type": asset.contentType, "Cache-Control": "public, max-age=31536000, immutable" });
      response.send(asset.content);
    },

    async login(request, response) {
      const { key, range: asked } = formSchema.parse(request.body ?? {});
      const range = readRange(asked);
      const address = ipKeyGenerator(request.ip ?? "");
      const waitSeconds = brake.waitSeconds(address);
      if (waitSeconds > 0) {
        response.status(429).set("Retry-After", String(waitSeconds));
        return sendPage(response, { audience: "public", range }, { waitSeconds });
      }
      const admitted = login.admit(key);
      if (admitted === undefined) {
        brake.failed(address);
        response.status(401).set("WWW-Authenticate", 'Cookie realm="gozcu"');
        return sendPage(response, { audience: "public", range }, "wrong key");
      }
      brake.succeeded(address);
      setCookie(request, response, admitted.token, admitted.expiresAt);
      response.redirect(303, `/?range=${range}`);
    },

    logout(request, response) {
      setCookie(request, response, "", new Date(0));
      response.redirect(303, "/");
    },

    async picture(request, response) {
      requireLogin(request);
      const place = placeOfPicture.safeParse(request.params);
      const image = place.success ? await jobs.image(place.data.id, place.data.n) : undefined;
      // What ComfyUI calls something else is not for a browser to interpret.
      if (!image?.contentType.startsWith("image/")) throw new Problem("not-found", "There is no such picture");
      response.set({
        "Content-Type": image.contentType,
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        // A job's picture never changes, but a log-out ends what may be seen here.
        "Cache-Control": "private, max-age=3600, immutable",
      });
      response.send(image.bytes);
    },

    async webrtcCheck(request, response) {
      requireLogin(request);
      const { id, token, iceServers } = await sessions.open();
      response.status(201).json({ id, token, iceServers });
    },
  };

  const before: Partial<Record<PageRouteName, readonly RequestHandler[]>> = {
    login: [refuseOtherSites, express.urlencoded({ extended: false, limit: pageLimits.formBytes, parameterLimit: 10 })],
    logout: [refuseOtherSites],
    webrtcCheck: [refuseOtherSites],
  };

  const router = Router();
  for (const name of pageRouteNames) {
    const { method, route: path } = pageRoutes[name];
    const route = router.route(path);
    const chain = [...(before[name] ?? []), handlers[name]];
    const allow = method === "GET" ? "GET, HEAD" : method;
    if (method === "GET") route.get(chain);
    else route.post(chain);
    route.all((request) => {
      throw new Problem("method-not-allowed", `${request.method} is not among ${allow}`, { headers: { Allow: allow } });
    });
  }
  return router;
}
