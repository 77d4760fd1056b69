import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { Faults } from "../../app/demo-renderer/faults.ts";
import type { Program } from "./programs.ts";

const main = fileURLToPath(new URL("../../app/demo-renderer/main.ts", import.meta.url));

const HistorySchema = z.record(
  z.string(),
  z.object({ status: z.object({ messages: z.array(z.tuple([z.string(), z.unknown()])) }) }),
);

export interface DemoProcess extends Program {
  readonly url: string;
  setFaults(faults: Partial<Faults>): Promise<void>;
  /** What it told about a prompt that has ended, such as `execution_interrupted`; nothing for one it never ran. */
  told(promptId: string): Promise<readonly string[]>;
  /** How many prompts it has run to an end of any kind. */
  ran(): Promise<number>;
}

/** Starts the demo renderer as a process of its own on a free port, which it keeps. */
export async function startDemoProcess({ stepMs }: { readonly stepMs: number }): Promise<DemoProcess> {
  async function start(port: string) {
    const child = spawn(process.execPath, [main, "--port", port, "--step-ms", String(stepMs)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = z.tuple([z.string()]).parse(await once(createInterface({ input: child.stdout }), "line"));
    return { child: child as ChildProcess, url: line.replace("Demo renderer at ", "") };
  }
  let { child, url } = await start("0");
  async function end(signal: NodeJS.Signals): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, "exit");
  }
  const history = async (path: string) => HistorySchema.parse(await (await fetch(url + path)).json());
  return {
    url,
    async setFaults(faults) {
      const response = await fetch(`${url}/demo/faults`, { method: "POST", body: JSON.stringify(faults) });
      if (!response.ok) throw new Error(`the demo renderer does not take ${JSON.stringify(faults)}`);
    },
    async told(promptId) {
      const entry = (await history(`/history/${promptId}`))[promptId];
      return entry?.status.messages.map(([type]) => type) ?? [];
    },
    ran: async () => Object.keys(await history("/history")).length,
    kill: () => end("SIGKILL"),
    async restart() {
      ({ child, url } = await start(new URL(url).port));
    },
    close: () => end("SIGTERM"),
  };
}
