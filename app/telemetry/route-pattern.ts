import type { Application } from "express";
import type { Route } from "./request-routes.ts";

/** What stands in the stack of one of Express' routers: a route, a router in it, or a handler. */
interface Layer {
  readonly route?: unknown;
  readonly handle: { readonly stack?: readonly Layer[] };
  /** `path` is how much of the beginning of the given one matches. Before version 2.3 of the router it is just a yes. */
  match(path: string): { readonly path: string; readonly pattern: unknown } | boolean;
}

/** The patterns on which the routers around a route are mounted, one after the other, where they match `mount`. */
function findMountPattern(stack: readonly Layer[], route: Route, mount: string): string | undefined {
  for (const layer of stack) {
    if (layer.route === route && mount === "") return "";
    const { stack: inner } = layer.handle;
    const match = inner !== undefined && layer.match(mount || "/");
    if (inner === undefined || typeof match === "boolean") continue;
    const within = findMountPattern(inner, route, mount.slice(match.path.length));
    if (within !== undefined) return `${match.pattern === "/" ? "" : String(match.pattern)}${within}`;
  }
  return undefined;
}

/**
 * The `http.route` of a route that was reached under the path `mount`. Parameters in the paths that routers are mounted
 * on keep their names, so that callers cannot invent routes; an app that is mounted in another is opaque, and the path
 * itself stands for its.
 */
export function readRoutePattern(app: Application, route: Route, mount: string): string {
  // Express' own types know less of a layer.
  const stack: readonly unknown[] = app.router.stack;
  const mounted = mount && (findMountPattern(stack as readonly Layer[], route, mount) ?? mount);
  const path = String(route.path);
  return path === "/" ? mounted || path : `${mounted}${path}`;
}
