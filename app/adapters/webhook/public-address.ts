import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

/** The only part of IPv6 that is given out as global unicast (RFC 4291, IANA's registry). */
const globalUnicast = ipaddr.parseCIDR("2000::/3");

/** Public by its number, yet answered by the machine's own host: Azure's agent, which hands out certificates. */
const hostAgents: readonly string[] = ["168.63.129.16"];

/**
 * Whether `ip` is global unicast: an address of somebody on the internet. Everything else is refused: loopback, private,
 * link local (with the metadata service of clouds), shared (100.64/10), multicast, documentation and reserved networks,
 * whatever is not an address; and every IPv6 form that carries an IPv4 address (mapped, compatible, 6to4, Teredo,
 * NAT64), since a gateway may turn it into a private one.
 */
export function isPublicAddress(ip: string): boolean {
  // ipaddr.js also reads the odd forms ("0x7f.1", "010.0.0.1"), and not everybody reads them alike.
  if (isIP(ip) === 0 || hostAgents.includes(ip)) return false;
  const address = ipaddr.parse(ip);
  return address.range() === "unicast" && (address.kind() === "ipv4" || address.match(globalUnicast));
}
