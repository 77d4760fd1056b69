import { pageLimits } from "../catalogue/status-page.ts";

type Limits = Readonly<
  Record<"triesFree" | "firstWaitSeconds" | "longestWaitSeconds" | "triesForgottenSeconds" | "addressesKept", number>
>;

/** Slows those down who try keys. */
export interface LoginBrake {
  /** How long the address has to wait before its next try is looked at; 0 when it need not. */
  waitSeconds(address: string): number;
  failed(address: string): void;
  succeeded(address: string): void;
}

interface Tries {
  readonly count: number;
  readonly until: number;
  readonly forgottenAt: number;
}

/**
 * Some wrong keys are free, as people mistype; then an address waits, twice as long after each. What comes meanwhile is
 * not even looked at, so that many tries at a time gain nothing. Of more addresses than are kept, those that have not
 * tried for longest are forgotten.
 */
export function createLoginBrake(options: { readonly now?: () => number; readonly limits?: Limits } = {}): LoginBrake {
  const { now = Date.now, limits = pageLimits } = options;
  /** In the order of their last tries. */
  const kept = new Map<string, Tries>();

  function forget(): void {
    for (const [address, { forgottenAt }] of kept) {
      if (kept.size <= limits.addressesKept && forgottenAt > now()) return;
      kept.delete(address);
    }
  }

  return {
    waitSeconds(address) {
      const leftMs = (kept.get(address)?.until ?? 0) - now();
      return Math.max(0, Math.ceil(leftMs / 1_000));
    },
    failed(address) {
      forget();
      const count = (kept.get(address)?.count ?? 0) + 1;
      const beyond = count - limits.triesFree;
      const waitSeconds =
        beyond <= 0 ? 0 : Math.min(limits.firstWaitSeconds * 2 ** (beyond - 1), limits.longestWaitSeconds);
      kept.delete(address);
      const until = now() + waitSeconds * 1_000;
      kept.set(address, { count, until, forgottenAt: until + limits.triesForgottenSeconds * 1_000 });
      forget();
    },
    succeeded: (address) => void kept.delete(address),
  };
}
