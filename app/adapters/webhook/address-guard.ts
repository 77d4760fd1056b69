import type { LookupAddress } from "node:dns";
import { lookup as lookupHost } from "node:dns/promises";
import { isIP, type LookupFunction } from "node:net";
import { callbackify } from "node:util";
import { untilAborted } from "../../until-aborted.ts";
import { isPublicAddress } from "./public-address.ts";

/** Somebody waits for the answer meanwhile. */
const dnsDeadlineMs = 2_000;

/** Keeps webhooks out of the operator's own network (server-side request forgery). */
export interface AddressGuard {
  /**
   * What the URL alone tells, without asking DNS: why it is refused, or `undefined`. To be asked before each connection,
   * since Node does not pass a literal address to `lookup`.
   */
  inspect(url: URL): string | undefined;
  /**
   * `inspect`, then every address that the host has now; a name that does not exist is refused too. While DNS is in
   * trouble, or not heard of within the deadline, the URL is let through: `lookup` judges it again. Never rejects.
   */
  check(url: URL): Promise<string | undefined>;
  /**
   * The `lookup` of a connection: fails with `AddressRefused`, or gives just the addresses that it has judged. A name may
   * have other addresses now than it had for `check` (DNS rebinding).
   */
  readonly lookup: LookupFunction;
}

/** All addresses of a host name, as `dns.lookup` with `all` gives them. */
export type ResolveHost = (hostname: string) => Promise<readonly LookupAddress[]>;

/** A connection that was not opened, because of where it would have led. */
export class AddressRefused extends Error {
  override readonly name = "AddressRefused";
}

interface AddressGuardOptions {
  /** `WEBHOOK_ALLOW_PRIVATE`: any address will do, as long as the URL is well formed. */
  readonly allowPrivate: boolean;
  /** An origin such as `http://127.0.0.1:4000` that is our own: it is allowed whatever the rest says. */
  readonly own?: string | undefined;
  /** Defaults to the system's resolver, which also reads the hosts file. */
  readonly lookup?: ResolveHost;
  /** Defaults to 2 s. */
  readonly deadlineMs?: number;
}

const onlyPublic = "only public addresses are called, unless the operator sets WEBHOOK_ALLOW_PRIVATE";

export function createAddressGuard({
  allowPrivate,
  own,
  lookup: resolve = (hostname) => lookupHost(hostname, { all: true }),
  deadlineMs = dnsDeadlineMs,
}: AddressGuardOptions): AddressGuard {
  /** One bad address refuses them all. The reason keeps it to itself: a private network's names are nobody's business. */
  async function resolveAllowed(hostname: string): Promise<readonly [LookupAddress, ...LookupAddress[]]> {
    const [first, ...others] = await resolve(hostname);
    if (first === undefined) throw new Error(`the host "${hostname}" has no address`);
    if (!allowPrivate && ![first, ...others].every(({ address }) => isPublicAddress(address))) {
      throw new AddressRefused(`the host "${hostname}" has an address that is not public; ${onlyPublic}`);
    }
    return [first, ...others];
  }

  function inspect(url: URL): string | undefined {
    const malformed = inspectForm(url);
    if (malformed !== undefined || allowPrivate || url.origin === own) return malformed;
    const host = unbracketed(url.hostname);
    const isLocal = isIP(host) === 0 ? /(^|\.)localhost$/.test(host) : !isPublicAddress(host);
    return isLocal ? `"${host}" is not public; ${onlyPublic}` : undefined;
  }

  async function check(url: URL): Promise<string | undefined> {
    const refusal = inspect(url);
    const host = unbracketed(url.hostname);
    if (refusal !== undefined || isIP(host) !== 0) return refusal;
    try {
      await untilAborted(resolveAllowed(host), AbortSignal.timeout(deadlineMs));
      return undefined;
    } catch (error) {
      if (error instanceof AddressRefused) return error.message;
      const { code } = error as NodeJS.ErrnoException;
      return code === "ENOTFOUND" ? `the host "${host}" does not exist` : undefined;
    }
  }

  const resolveForConnection = callbackify(resolveAllowed);
  const lookup: LookupFunction = (hostname, { all }, callback) => {
    resolveForConnection(hostname, (error, addresses) => {
      if (error) callback(error, []);
      else if (all) callback(null, [...addresses]);
      else callback(null, addresses[0].address, addresses[0].family);
    });
  };

  return { inspect, check, lookup };
}

/**
 * What is refused of any URL, wherever it leads. Odd forms of an address (`0x7f.1`, `2130706433`) need no care here:
 * `URL` has normalised them.
 */
function inspectForm(url: URL): string | undefined {
  if (!["http:", "https:"].includes(url.protocol)) return `"${url.protocol}" is not allowed; only http: and https: are`;
  if (url.username !== "" || url.password !== "") return "a user name or password in the URL is not allowed";
  if (url.port === "0") return "port 0 is not allowed; only 1 to 65535 are";
  if (url.hostname.endsWith(".")) return `the host "${url.hostname}" is not allowed to end in a dot`;
  return undefined;
}

function unbracketed(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, "");
}
