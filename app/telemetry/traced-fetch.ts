import type { Tracing } from "./tracing.ts";

type Fetch = typeof globalThis.fetch;

/** Where a request goes, as the semantic conventions name it: without what may be secret. */
function targetAttributes(url: URL) {
  const port = Number(url.port) || (url.protocol === "https:" ? 443 : 80);
  return {
    "server.address": url.hostname,
    "server.port": port,
    "url.full": `${url.protocol}//${url.host}${url.pathname}`,
  };
}

/**
 * A `fetch` that carries the active trace on in the W3C headers, and whose requests are client spans where that trace is
 * recorded. A status of 400 or more marks the span as failed. Neither the query nor the credentials of an address are
 * recorded. Where no trace is active it is `fetch` itself.
 */
export function tracedFetch(tracing: Tracing, fetch: Fetch): Fetch {
  return (input, init) => {
    const request = input instanceof Request ? input : undefined;
    function describe() {
      const url = new URL(input instanceof Request ? input.url : input);
      const method = (init?.method ?? request?.method ?? "GET").toUpperCase();
      const attributes = { "http.request.method": method, ...targetAttributes(url) };
      return { name: `${method} ${url.hostname}`, attributes };
    }
    return tracing.call(describe, async (annotate) => {
      const carrier = Object.entries(tracing.carrier());
      if (carrier.length === 0) return fetch(input, init);
      const headers = new Headers(init?.headers ?? request?.headers);
      for (const [name, value] of carrier) headers.set(name, value);
      const response = await fetch(input, { ...init, headers });
      annotate({
        "http.response.status_code": response.status,
        ...(response.status >= 400 && { "error.type": String(response.status) }),
      });
      return response;
    });
  };
}
