import { once } from "node:events";
import { z } from "zod";

/** What a Node process is started with, to be asked about its memory. */
export const inspectable = { NODE_OPTIONS: "--inspect=127.0.0.1:0" } as const;

/** What a process takes when nothing is left that could be collected, in bytes. */
export interface Memory {
  /** Physical memory of all kinds. */
  readonly resident: number;
  /** Objects, and buffers beside the heap. */
  readonly live: number;
}

const AnswerSchema = z.object({ id: z.number(), error: z.object({ message: z.string() }).optional() });
const MemorySchema = z.object({
  result: z.object({ result: z.object({ value: z.string() }) }),
});
const UsageSchema = z.object({ rss: z.number(), heapUsed: z.number(), external: z.number() });

export interface InspectedMemory {
  /** Collects everything first. */
  read(): Promise<Memory>;
  close(): Promise<void>;
}

/**
 * Asks a process that was started {@link inspectable}.
 * @param output what it has written: Node tells there where its inspector is
 */
export async function inspectMemory(output: string): Promise<InspectedMemory> {
  const url = /Debugger listening on (ws:\/\/\S+)/.exec(output)?.[1];
  if (url === undefined) throw new Error("the service does not say where its inspector is");
  const socket = new WebSocket(url);
  await once(socket, "open");
  let asked = 0;

  async function ask(method: string, params: object = {}): Promise<unknown> {
    asked += 1;
    const id = asked;
    socket.send(JSON.stringify({ id, method, params }));
    for (;;) {
      const [event] = (await once(socket, "message")) as [MessageEvent];
      const answer: unknown = JSON.parse(String(event.data));
      const { data } = AnswerSchema.safeParse(answer);
      if (data?.error !== undefined) throw new Error(`${method}: ${data.error.message}`);
      if (data?.id === id) return answer;
    }
  }

  return {
    async read() {
      // What the first one finalises only the second one frees.
      for (let n = 0; n < 2; n += 1) await ask("HeapProfiler.collectGarbage");
      const expression = "JSON.stringify(process.memoryUsage())";
      const { result } = MemorySchema.parse(await ask("Runtime.evaluate", { expression, returnByValue: true }));
      const { rss, heapUsed, external } = UsageSchema.parse(JSON.parse(result.result.value));
      return { resident: rss, live: heapUsed + external };
    },
    async close() {
      socket.close();
    },
  };
}
