import { links } from "../../app/catalogue/links.ts";
import { isWithoutUser } from "../../app/setting-row.ts";
import { Failure } from "./failure.ts";
import type { ServiceSettings } from "./service-settings.ts";

export interface Address {
  /** Without a slash at its end. */
  readonly url: string;
  /** Whether it is the service of this checkout, or one on this machine: others are not shown its key. */
  readonly own: boolean;
}

const everywhere: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1" };

function hostOf(host: string): string {
  return everywhere[host] ?? (host.includes(":") ? `[${host}]` : host);
}

/** Whether an address can only be this machine. */
function isLoopback(url: string): boolean {
  const { hostname } = new URL(url);
  return /^127(\.\d+){3}$/.test(hostname) || ["localhost", "[::1]"].includes(hostname);
}

/** Without what would not belong in front of a path. */
function readUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.hostname === "")
    throw new Failure("usage", `--url ${JSON.stringify(text)} is no address: write it like ${links.service}`);
  if (!isWithoutUser(text)) throw new Failure("usage", "--url must not carry a user name or a password");
  return (url.origin + url.pathname).replace(/\/+$/, "");
}

/**
 * Where the service is: where `--url` says, else where it is told to be by its own settings.
 * @throws Failure when that is no address, or not known.
 */
export function readAddress(option: string | undefined, settings: ServiceSettings): Address {
  const { PORT, HOST, PUBLIC_URL } = settings;
  const local = `http://${hostOf(HOST)}:${PORT}`;
  if (option !== undefined) {
    const url = readUrl(option);
    return { url, own: url === PUBLIC_URL || url === local || isLoopback(url) };
  }
  if (PUBLIC_URL !== undefined) return { url: PUBLIC_URL, own: true };
  if (PORT === 0) throw new Failure("usage", "PORT=0 lets the service take any free port: name its address with --url");
  return { url: local, own: true };
}
