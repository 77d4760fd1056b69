import type { PromptFault } from "./faults.ts";
import { executionOrder, type Graph, signatures } from "./graph.ts";
import { isSampler, nodeRow } from "./nodes.ts";
import { type Recipe, recipesOf } from "./picture.ts";

export interface Prompt {
  readonly number: number;
  readonly id: string;
  readonly graph: Graph;
  readonly extraData: Readonly<Record<string, unknown>>;
  readonly outputs: readonly string[];
}

interface SavedImage {
  readonly filename: string;
  readonly subfolder: string;
  readonly type: "output" | "temp";
}

/** What a prompt leaves in the history. */
export interface ExecutionResult {
  readonly success: boolean;
  readonly outputs: Readonly<Record<string, { readonly images: readonly SavedImage[] }>>;
  readonly messages: readonly (readonly [string, Readonly<Record<string, unknown>>])[];
}

export interface Stage {
  /** Sends a message to the client that submitted the prompt. */
  readonly send: (type: string, data: Readonly<Record<string, unknown>>) => void;
  /** One step's time; false when the prompt was interrupted in it. */
  readonly step: () => Promise<boolean>;
  readonly save: (prefix: string, type: SavedImage["type"], recipe: Recipe) => SavedImage;
  readonly dropSockets: () => void;
  /** The signatures of the nodes that ran last; replaced by this prompt's. */
  readonly cache: Set<string>;
  /** The most steps that a sampler shows. */
  readonly maxSteps: number;
}

const failures = {
  outOfMemory: {
    exception_type: "torch.OutOfMemoryError",
    exception_message: "Allocation on device\nThis error means you ran out of memory on your GPU.",
  },
  badNode: { exception_type: "RuntimeError", exception_message: "The demo renderer was told to fail here" },
} as const;

/** Runs one prompt, telling what ComfyUI tells and in its order; undefined when the fault is to forget the prompt. */
export async function executePrompt(
  { id: prompt_id, graph, outputs }: Prompt,
  fault: PromptFault | undefined,
  stage: Stage,
): Promise<ExecutionResult | undefined> {
  const messages: [string, Readonly<Record<string, unknown>>][] = [];
  const results: Record<string, { images: SavedImage[] }> = {};
  const executed: string[] = [];
  const states: Record<string, unknown> = {};
  const classOf = (node: string) => graph[node]?.class_type ?? "";

  /** `execution_*` messages carry the time and stay in the history. */
  function announce(type: string, data: Readonly<Record<string, unknown>>): void {
    const stamped = { prompt_id, ...data, timestamp: Date.now() };
    messages.push([type, stamped]);
    stage.send(type, stamped);
  }
  function showState(node: string, value: number, max: number, state: "running" | "finished"): void {
    states[node] = { node_id: node, display_node_id: node, real_node_id: node, prompt_id, value, max, state };
    stage.send("progress_state", { prompt_id, nodes: { ...states } });
  }
  function end(type: string, data: Readonly<Record<string, unknown>>, success: boolean): ExecutionResult {
    announce(type, data);
    return { success, outputs: results, messages };
  }

  // Output nodes always run, so that every prompt leaves pictures of its own.
  const order = executionOrder(graph, outputs);
  const signed = signatures(graph, order);
  const cached = order.filter((node) => !nodeRow(classOf(node))?.leaves && stage.cache.has(signed.get(node) ?? ""));
  const toRun = order.filter((node) => !cached.includes(node));
  const atWork = toRun.find((node) => isSampler(classOf(node))) ?? toRun.at(-1);
  stage.cache.clear();
  for (const node of cached) stage.cache.add(signed.get(node) ?? "");

  announce("execution_start", {});
  announce("execution_cached", { nodes: cached });
  for (const node of toRun) {
    stage.send("executing", { node, display_node: node, prompt_id });
    const where = { node_id: node, node_type: classOf(node), executed: [...executed] };
    const steps = isSampler(classOf(node)) ? Math.min(Number(graph[node]?.inputs.steps), stage.maxSteps) : 1;
    showState(node, 0, steps, "running");
    for (let done = 1; done <= steps; done += 1) {
      if (!(await stage.step())) return end("execution_interrupted", where, false);
      // In the middle of the work, so that there has been progress and some is missing.
      if (node === atWork && done === Math.ceil(steps / 2)) {
        if (fault === "dropSocket" || fault === "lost") stage.dropSockets();
        if (fault === "lost") return undefined;
        if (fault === "outOfMemory" || fault === "badNode") {
          const failure = { ...failures[fault], traceback: ["  demo\n"], current_inputs: {}, current_outputs: [] };
          return end("execution_error", { ...where, ...failure }, false);
        }
      }
      if (steps > 1) stage.send("progress", { value: done, max: steps, prompt_id, node });
      showState(node, done, steps, "running");
    }
    showState(node, 1, 1, "finished");
    executed.push(node);
    stage.cache.add(signed.get(node) ?? "");

    const type = nodeRow(classOf(node))?.leaves;
    if (type) {
      const wished = graph[node]?.inputs.filename_prefix;
      const prefix = typeof wished === "string" ? wished : "ComfyUI_temp";
      results[node] = { images: recipesOf(graph, node).map((recipe) => stage.save(prefix, type, recipe)) };
      stage.send("executed", { node, display_node: node, output: results[node], prompt_id });
    }
  }
  return end("execution_success", {}, true);
}
