import type { PortName, ServiceName } from "../../topology/listening.ts";
import type { Addresses } from "../../topology/service.ts";

/** On this machine everything is reached by the loopback address. */
export const loopback = "127.0.0.1";

/** `host:port` of each replica, by service and port. */
export type AddressBook = { readonly [S in ServiceName]?: { readonly [P in PortName<S>]?: readonly string[] } };

/** Answers from a book. What is not in it does not run, and has no addresses. */
export function createAddresses(book: AddressBook): Addresses<ServiceName> {
  const rows: Readonly<Partial<Record<ServiceName, Readonly<Record<string, readonly string[]>>>>> = book;
  const each = (service: ServiceName, port: string) => rows[service]?.[port] ?? [];
  return {
    each,
    one(service, port) {
      const [address] = each(service, port);
      if (address === undefined) throw new Error(`${service} is needed on its port ${port}, and does not run`);
      return address;
    },
  };
}
