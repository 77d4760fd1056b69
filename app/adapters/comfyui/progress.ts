import type { Workflow } from "./default-workflow.ts";
import type { ComfyuiMessage } from "./messages.ts";

export interface RenderProgress {
  /** From 0 to 1, never less than before. */
  readonly fraction: number;
  /** The id of the node that is at work. */
  readonly node?: string;
}

/**
 * Follows one prompt's messages. The fraction is (nodes done + the share of the current node) / nodes of the workflow;
 * nodes that a custom node adds while it runs do not count. `tell` is called whenever the fraction has grown.
 */
export function createProgress(
  workflow: Workflow,
  tell: (progress: RenderProgress) => void,
): { take(message: ComfyuiMessage): void; finish(): void } {
  const nodeCount = Object.keys(workflow).length;
  const shares = new Map<string, number>();
  let current: string | undefined;
  let fraction = 0;

  function grow(node: string | null | undefined, share: number): void {
    if (!node || !Object.hasOwn(workflow, node)) return;
    shares.set(node, Math.max(shares.get(node) ?? 0, Math.min(1, share)));
  }

  function report(next: number): void {
    if (next <= fraction) return;
    fraction = next;
    tell({ fraction, ...(current !== undefined && { node: current }) });
  }

  function apply(message: ComfyuiMessage): void {
    switch (message.type) {
      case "execution_cached":
        for (const node of message.data.nodes) grow(node, 1);
        return;
      case "executing":
        if (!message.data.node) return;
        if (message.data.node !== current) grow(current, 1);
        current = message.data.node;
        return;
      case "progress":
        grow(message.data.node ?? current, share(message.data));
        return;
      case "progress_state":
        for (const [node, state] of Object.entries(message.data.nodes)) {
          grow(node, state.state === "finished" ? 1 : share(state));
        }
        return;
      case "executed":
        grow(message.data.node, 1);
        return;
      case "execution_start":
      case "execution_success":
      case "execution_error":
      case "execution_interrupted":
        return;
    }
  }

  return {
    take(message) {
      apply(message);
      report([...shares.values()].reduce((sum, one) => sum + one, 0) / nodeCount);
    },
    finish() {
      report(1);
    },
  };
}

function share({ value, max }: { value: number; max: number }): number {
  return max > 0 ? Math.max(0, value / max) : 0;
}
