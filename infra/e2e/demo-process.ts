import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { Faults } from "../../app/demo-renderer/faults.ts";

const main = fileURLToPath(new URL("../../app/demo-renderer/main.ts", import.meta.url));

const HistorySchema = z.record(
  z.string(),
  z.object({ status: z.object({ messages: z.array(z.tuple([z.string(), z.unknown()])) }) }),
);

export interface DemoProcess {
  readonly url: string;
  setFaults(faults: Partial<Faults>): Promise<void>;
  /** What it told about a prompt that has ended, such as `execution_interrupted`; nothing for one it never ran. */
  told(promptId: string): Promise<readonly string[]>;
  /** How many prompts it has run to an end of any kind. */
  ran(): Promise<number>;
  close(): Promise<void>;
}

/** Starts the demo renderer as a process of its own on a free port. */
export async function startDemoProcess({ stepMs }: { readonly stepMs: number }): Promise<DemoProcess> {
  const child = spawn(process.execPath, [main, "--port", "0", "--step-ms", String(stepMs)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = z.tuple([z.string()]).parse(await once(createInterface({ input: child.stdout }), "line"));
  const url = line.replace("Demo renderer at ", "");
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
    async close() {
      child.kill("SIGTERM");
      await once(child, "exit");
    },
  };
}
