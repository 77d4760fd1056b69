import { type Graph, outputNodes } from "./graph.ts";
import { type InputRow, nodeRow } from "./nodes.ts";

interface Complaint {
  readonly type: string;
  readonly message: string;
  readonly details: string;
  readonly extra_info: Readonly<Record<string, unknown>>;
}

interface NodeComplaints {
  readonly errors: readonly Complaint[];
  readonly dependent_outputs: string[];
  readonly class_type: string;
}

export interface Validation {
  /** Set when nothing of the workflow can run. */
  readonly error?: Complaint;
  readonly outputs: readonly string[];
  readonly nodeErrors: Readonly<Record<string, NodeComplaints>>;
}

/** The checks of ComfyUI's `validate_prompt` (`execution.py`), in its words, for the nodes that the demo knows. */
export function validatePrompt(graph: Graph): Validation {
  const missing = missingNodeType(graph);
  if (missing) return { error: missing, outputs: [], nodeErrors: {} };
  const outputs = outputNodes(graph);
  if (outputs.length === 0) {
    return { error: complaint("prompt_no_outputs", "Prompt has no outputs", ""), outputs: [], nodeErrors: {} };
  }

  const nodeErrors: Record<string, NodeComplaints> = {};
  const good = outputs.filter((output) => {
    const bad = complaintsUpstream(graph, output);
    for (const [id, errors] of bad) {
      nodeErrors[id] ??= { errors, dependent_outputs: [], class_type: graph[id]?.class_type ?? "" };
      nodeErrors[id].dependent_outputs.push(output);
    }
    return bad.size === 0;
  });
  if (good.length > 0) return { outputs: good, nodeErrors };
  const details = outputs.flatMap((id) => nodeErrors[id]?.errors ?? []).map((one) => `${one.message}: ${one.details}`);
  const error = complaint("prompt_outputs_failed_validation", "Prompt outputs failed validation", details.join("\n"));
  return { error, outputs: [], nodeErrors };
}

function complaint(
  type: string,
  message: string,
  details: string,
  extra_info: Complaint["extra_info"] = {},
): Complaint {
  return { type, message, details, extra_info };
}

function missingNodeType(graph: Graph): Complaint | undefined {
  for (const [id, node] of Object.entries(graph)) {
    if (node.class_type !== undefined && nodeRow(node.class_type)) continue;
    const title = node._meta?.title ?? node.class_type;
    const message =
      node.class_type === undefined
        ? `Node '${title ?? `ID #${id}`}' has no class_type. The workflow may be corrupted or a custom node is missing.`
        : `Node '${title}' not found. The custom node may not be installed.`;
    const subject = { node_id: id, class_type: node.class_type ?? null, node_title: title ?? null };
    return complaint("missing_node_type", message, `Node ID '#${id}'`, subject);
  }
  return undefined;
}

/** The nodes with something wrong among those that an output needs. */
function complaintsUpstream(graph: Graph, output: string): Map<string, Complaint[]> {
  const bad = new Map<string, Complaint[]>();
  const seen = new Set<string>();

  function visit(id: string, path: readonly string[]): void {
    if (path.includes(id)) {
      const cycle = [...path.slice(path.indexOf(id)), id];
      const told = cycle.map((each) => `${each} (${graph[each]?.class_type})`).join(" -> ");
      for (const each of cycle) {
        bad.set(each, [complaint("dependency_cycle", "Dependency cycle detected", told, { node_id: each })]);
      }
      return;
    }
    const node = graph[id];
    if (!node || seen.has(id)) return;
    seen.add(id);
    const errors = Object.entries(nodeRow(node.class_type ?? "")?.inputs ?? {}).flatMap(([name, row]) => {
      const value = node.inputs[name];
      if (!Array.isArray(value)) return checkValue(name, row, value);
      const error = checkLink(graph, name, row, value, id === output);
      if (!error) visit(String(value[0]), [...path, id]);
      return error ?? [];
    });
    if (errors.length > 0) bad.set(id, errors);
  }

  visit(output, []);
  return bad;
}

function checkLink(
  graph: Graph,
  name: string,
  row: InputRow,
  link: readonly unknown[],
  atOutput: boolean,
): Complaint | undefined {
  const extra = { input_name: name, received_value: link };
  if (link.length !== 2) {
    const rule = "Bad linked input, must be a length-2 list of [node_id, slot_index]";
    return complaint("bad_linked_input", rule, name, extra);
  }
  const [source, slot] = link;
  const returns = nodeRow(graph[String(source)]?.class_type ?? "")?.returns;
  if (!returns) {
    // ComfyUI runs into a KeyError here, and tells it in its own way.
    const details = `'${String(source)}'`;
    return atOutput
      ? complaint("exception_during_validation", "Exception when validating node", details, extra)
      : complaint("exception_during_inner_validation", "Exception when validating inner node", details, extra);
  }
  const received = returns[Number(slot)] ?? "nothing";
  if (received === row.type) return undefined;
  const details = `${name}, received_type(${received}) mismatch input_type(${row.type})`;
  return complaint("return_type_mismatch", "Return type mismatch between linked nodes", details, extra);
}

function checkValue(name: string, row: InputRow, value: unknown): Complaint[] {
  const extra = { input_name: name, received_value: value };
  if (value === undefined) {
    return [complaint("required_input_missing", "Required input is missing", name, { input_name: name })];
  }
  if (row.min === undefined || row.max === undefined) return [];
  const number = typeof value === "object" ? Number.NaN : Number(value);
  if (Number.isNaN(number)) {
    const message = `Failed to convert an input value to a ${row.type} value`;
    return [complaint("invalid_input_type", message, `${name}, ${JSON.stringify(value)}`, extra)];
  }
  if (number < row.min) {
    return [complaint("value_smaller_than_min", `Value ${number} smaller than min of ${row.min}`, name, extra)];
  }
  if (number > row.max) {
    return [complaint("value_bigger_than_max", `Value ${number} bigger than max of ${row.max}`, name, extra)];
  }
  return [];
}
