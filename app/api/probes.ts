import type { Handlers } from "./call.ts";

/** Each tells at once, from what the background knows, why the process is not ready; `undefined` when it is. */
export type ReadinessChecks = Readonly<Record<string, () => string | undefined>>;

/**
 * Kubernetes' convention: `ok` alone, or with `?verbose`, and always on failure, each check in a line. Liveness asks for
 * nothing but an answer: a restart mends no dependency.
 */
export function createProbeHandlers({
  ready,
}: {
  readonly ready: ReadinessChecks;
}): Pick<Handlers, "livez" | "readyz"> {
  return {
    livez: ({ query }) => ({
      status: 200,
      body: renderReport("livez", { ping: () => undefined }, "verbose" in query).body,
    }),
    readyz: ({ query }) => {
      const { passed, body } = renderReport("readyz", ready, "verbose" in query);
      return { status: passed ? 200 : 503, body };
    },
  };
}

function renderReport(probe: string, checks: ReadinessChecks, verbose: boolean) {
  const results = Object.entries(checks).map(([name, check]) => ({ name, reason: check() }));
  const passed = results.every(({ reason }) => reason === undefined);
  if (passed && !verbose) return { passed, body: "ok" };
  const lines = results.map(({ name, reason }) =>
    reason === undefined ? `[+]${name} ok` : `[-]${name} failed: ${reason}`,
  );
  return { passed, body: `${[...lines, `${probe} check ${passed ? "passed" : "failed"}`].join("\n")}\n` };
}
