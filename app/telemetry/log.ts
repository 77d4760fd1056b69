import { context, type DiagLogFunction, DiagLogLevel, diag, ROOT_CONTEXT } from "@opentelemetry/api";

/** The host's logger, as this library needs it. */
export type TelemetryLog = (level: "error" | "warn" | "info", message: string) => void;

/** Repetitions are one outage until they have stopped for this long. */
const quietMs = 600_000;

/** As many kinds of message are remembered. */
const capacity = 100;

/** Messages of one kind differ in numbers, ids and in what follows the first words. */
function kindOf(message: string): string {
  return message.replace(/\b[0-9a-f]{7,}\b|\d+/g, "#").slice(0, 40);
}

/** Passes a message on only when none of its kind came in the last ten minutes: a fault that lasts is told once. */
export function createQuietLog(log: TelemetryLog, now: () => number = Date.now): TelemetryLog {
  const lastHeard = new Map<string, number>();
  return (level, message) => {
    const kind = kindOf(message);
    const before = lastHeard.get(kind);
    lastHeard.delete(kind);
    lastHeard.set(kind, now());
    const [oldest] = lastHeard.keys();
    if (lastHeard.size > capacity && oldest !== undefined) lastHeard.delete(oldest);
    if (before !== undefined && now() - before < quietMs) return;
    // Telemetry's own lines belong to no trace, whichever request happened to bring them up.
    context.with(ROOT_CONTEXT, () => log(level, message));
  };
}

/** Sends OpenTelemetry's own warnings and errors to `log`. Only texts and errors: other details may hold anything. */
export function routeDiagnostics(log: TelemetryLog): void {
  function say(level: "error" | "warn"): DiagLogFunction {
    return (message, ...details) => {
      const errors = details.filter((detail) => detail instanceof Error).map((error) => error.message);
      log(level, `OpenTelemetry: ${[String(message), ...errors].join(": ")}`);
    };
  }
  function ignore(): void {}
  diag.setLogger(
    { error: say("error"), warn: say("warn"), info: ignore, debug: ignore, verbose: ignore },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
}
