import type { HostAddress } from "./settings.ts";

/** Where a port is published; nowhere unless told. */
export function publish<const P extends string>(port: P, where: HostAddress | undefined) {
  return where === undefined ? [] : [{ port, address: where.address, hostPort: where.port }];
}
