import type { Express, Request } from "express";

/** Express' own object for a route: one for each that was declared. */
export interface Route {
  readonly path: unknown;
}

/** The last route that took a request, and the path that its router is mounted on. */
export interface Matched {
  route: Route | undefined;
  mount: string;
}

/** Where a request keeps them. */
export const matchedKey = Symbol("matched route");

export interface WatchedRequest extends Request {
  [matchedKey]?: Matched;
}

/**
 * Has the requests of an app remember where they went in the object at {@link matchedKey}. Express takes the mount path
 * away again when an error leaves the router, so it is kept when the route is set: by one accessor in the prototype that
 * Express gives all requests of the app.
 */
export function watchRoutes({ request }: Express): void {
  Object.defineProperty(request, "route", {
    configurable: true,
    get(this: WatchedRequest) {
      return this[matchedKey]?.route;
    },
    set(this: WatchedRequest, route: Route) {
      this[matchedKey] ??= { route, mount: "" };
      this[matchedKey].route = route;
      this[matchedKey].mount = this.baseUrl;
    },
  });
}
