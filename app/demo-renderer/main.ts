import { parseArgs } from "node:util";
import { errorMessage } from "../error-message.ts";
import { startDemoRenderer } from "./server.ts";

const usage = `Usage: node app/demo-renderer/main.ts [--port 8188] [--host 127.0.0.1] [--step-ms 25]

A stand-in for ComfyUI that needs no GPU and draws patterns marked DEMO.
  --port     where it listens; 0 takes a free port (8188)
  --host     the address it listens on (127.0.0.1)
  --step-ms  milliseconds for one sampler step or one other node (25)
  --help     this text

Faults are switched by POST /demo/faults; GET shows them.
`;

function readNumber(name: string, text: string, max: number): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isInteger(value) && value >= 0 && value <= max) return value;
  throw new Error(`--${name} must be a whole number from 0 to ${max}, not ${JSON.stringify(text)}`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: "8188" },
      host: { type: "string", default: "127.0.0.1" },
      "step-ms": { type: "string", default: "25" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return;
  }
  const renderer = await startDemoRenderer({
    host: values.host,
    port: readNumber("port", values.port, 65_535),
    stepMs: readNumber("step-ms", values["step-ms"], 60_000),
  });
  process.stdout.write(`Demo renderer at ${renderer.url}\n`);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void renderer.close());
}

main().catch((error: unknown) => {
  process.stderr.write(`${errorMessage(error)}\n\n${usage}`);
  process.exitCode = 1;
});
