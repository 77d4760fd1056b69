import { createHash } from "node:crypto";
import { z } from "zod";
import { nodeRow } from "./nodes.ts";

/** Loose where ComfyUI is: what is wrong with a node is for the validation to tell. */
const NodeSchema = z.looseObject({
  class_type: z.string().optional(),
  inputs: z.record(z.string(), z.unknown()).catch({}),
  _meta: z.looseObject({ title: z.string().optional() }).optional().catch(undefined),
});
export const GraphSchema = z.record(z.string(), NodeSchema);
export type Graph = z.infer<typeof GraphSchema>;

/** An input that is a list is a link: `[node id, index of the output]`. */
export function linkedNode(value: unknown): string | undefined {
  return Array.isArray(value) && value.length === 2 ? String(value[0]) : undefined;
}

export function outputNodes(graph: Graph): string[] {
  return Object.keys(graph).filter((id) => nodeRow(graph[id]?.class_type ?? "")?.leaves);
}

/** A node and all that it needs, each after what it needs itself. */
export function upstream(graph: Graph, id: string, seen = new Set<string>()): string[] {
  const node = graph[id];
  if (!node || seen.has(id)) return [];
  seen.add(id);
  const needed = Object.values(node.inputs).flatMap((value) => upstream(graph, linkedNode(value) ?? "", seen));
  return [...needed, id];
}

/** The nodes that run for these outputs, in an order in which they can. */
export function executionOrder(graph: Graph, outputs: readonly string[]): string[] {
  const seen = new Set<string>();
  return outputs.flatMap((id) => upstream(graph, id, seen));
}

/**
 * For each node of an execution order, what its result depends on: its class, its inputs and the same of all upstream.
 * Equal signatures mean equal results, which is what ComfyUI's cache goes by.
 */
export function signatures(graph: Graph, order: readonly string[]): Map<string, string> {
  const known = new Map<string, string>();
  for (const id of order) {
    const inputs = Object.entries(graph[id]?.inputs ?? {}).map(([name, value]) => {
      const source = known.get(linkedNode(value) ?? "");
      return [name, source ?? value];
    });
    const content = JSON.stringify([graph[id]?.class_type, inputs]);
    known.set(id, createHash("sha256").update(content).digest("base64"));
  }
  return known;
}
