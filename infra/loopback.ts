import { isIP } from "node:net";

/** What a container calls the machine that it runs on. */
export const dockerHost = "host.docker.internal";

/** Whether a host, as a URL or an address names it, is the machine that asks. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || host === "[::1]" || (isIP(host) === 4 && host.startsWith("127."));
}
