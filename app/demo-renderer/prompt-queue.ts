import { setTimeout as sleep } from "node:timers/promises";
import { type ExecutionResult, executePrompt, type Prompt } from "./execution.ts";
import { type Faults, takePromptFault } from "./faults.ts";
import type { Gallery } from "./gallery.ts";

/** ComfyUI keeps ten thousand; a demo need not. */
const maxHistory = 100;

interface Ended extends ExecutionResult {
  readonly prompt: Prompt;
}

export interface Audience {
  send(clientId: string | undefined, type: string, data: Readonly<Record<string, unknown>>): void;
  /** Tells everybody how many prompts remain. */
  status(): void;
  dropSockets(): void;
}

export type PromptQueue = ReturnType<typeof createPromptQueue>;

/** One prompt at a time, the others in line, the ended ones remembered. */
export function createPromptQueue(options: {
  readonly faults: Faults;
  readonly gallery: Gallery;
  readonly stepMs: number;
  readonly maxSteps: number;
  readonly audience: Audience;
}) {
  const { faults, gallery, audience } = options;
  const history = new Map<string, Ended>();
  const cache = new Set<string>();
  let pending: Prompt[] = [];
  let running: { readonly prompt: Prompt; readonly interruption: AbortController } | undefined;
  let lastNode: unknown;
  let work: Promise<void> | undefined;

  async function run(prompt: Prompt): Promise<void> {
    const interruption = new AbortController();
    running = { prompt, interruption };
    audience.status();
    const clientId = clientOf(prompt);
    const result = await executePrompt(prompt, takePromptFault(faults), {
      send(type, data) {
        if (type === "executing") lastNode = data.node;
        audience.send(clientId, type, data);
      },
      step: () => pause(options.stepMs + faults.slowMs, interruption.signal),
      save: (prefix, type, recipe) => gallery.save(prefix, type, recipe),
      dropSockets: () => audience.dropSockets(),
      cache,
      maxSteps: options.maxSteps,
    });
    running = undefined;
    if (result) remember({ ...result, prompt });
    audience.status();
    if (result) audience.send(clientId, "executing", { node: null, prompt_id: prompt.id });
  }

  function remember(ended: Ended): void {
    history.set(ended.prompt.id, ended);
    const [oldest] = history.keys();
    if (history.size > maxHistory && oldest !== undefined) forget(oldest);
  }

  function forget(id: string): void {
    const images = Object.values(history.get(id)?.outputs ?? {}).flatMap((output) => output.images);
    for (const image of images) gallery.remove(image);
    history.delete(id);
  }

  async function drain(): Promise<void> {
    for (let next = pending.shift(); next; next = pending.shift()) await run(next);
    work = undefined;
  }

  return {
    submit(prompt: Prompt): void {
      pending.push(prompt);
      audience.status();
      work ??= drain();
    },
    remaining: () => pending.length + (running ? 1 : 0),
    /** The node at which a client that reconnects finds its prompt. */
    nodeOf: (clientId: string) => (running && clientOf(running.prompt) === clientId ? lastNode : undefined),
    /** `GET /queue`. */
    show: () => ({ queue_running: running ? [entryOf(running.prompt)] : [], queue_pending: pending.map(entryOf) }),
    /** `GET /history` and `GET /history/{id}`. */
    history(id?: string): Readonly<Record<string, unknown>> {
      const entries = [...history].filter(([each]) => id === undefined || each === id);
      return Object.fromEntries(entries.map(([each, ended]) => [each, historyEntry(ended)]));
    },
    forget,
    /** Without an id, whatever runs. */
    interrupt(id?: string): void {
      if (id === undefined || running?.prompt.id === id) running?.interruption.abort();
    },
    delete(ids: readonly string[]): void {
      pending = pending.filter((prompt) => !ids.includes(prompt.id));
      audience.status();
    },
    async close(): Promise<void> {
      pending = [];
      running?.interruption.abort();
      await work;
    },
  };
}

/** Whether the time went by without an interruption. */
async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
  return !signal.aborted;
}

function clientOf(prompt: Prompt): string | undefined {
  return typeof prompt.extraData.client_id === "string" ? prompt.extraData.client_id : undefined;
}

function entryOf(prompt: Prompt): readonly unknown[] {
  return [prompt.number, prompt.id, prompt.graph, prompt.extraData, prompt.outputs];
}

function historyEntry({ prompt, outputs, success, messages }: Ended) {
  return {
    prompt: entryOf(prompt),
    outputs,
    status: { status_str: success ? "success" : "error", completed: success, messages },
    meta: Object.fromEntries(
      Object.keys(outputs).map((id) => [id, { node_id: id, display_node: id, parent_node: null, real_node_id: id }]),
    ),
  };
}
