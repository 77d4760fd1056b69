import type { Request, RequestHandler } from "express";
import { Problem } from "../api/problem.ts";

/** Whether a browser says that another site's page has sent this. What is no browser says nothing, and has no cookie. */
function isOfAnotherSite(request: Request): boolean {
  const site = request.get("Sec-Fetch-Site");
  // `none` is what a person has typed or chosen.
  if (site !== undefined) return site !== "same-origin" && site !== "none";
  // Where the page has come by plain HTTP from another machine, browsers tell the origin alone.
  const origin = request.get("Origin");
  return origin !== undefined && URL.parse(origin)?.host !== request.host;
}

/** Refuses what the page of another site sends in a visitor's name. */
export const refuseOtherSites: RequestHandler = (request, _response, next) => {
  if (isOfAnotherSite(request))
    throw new Problem("forbidden", "This is for the status page itself, not for the pages of other sites");
  next();
};
