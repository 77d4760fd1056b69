import { setTimeout as sleep } from "node:timers/promises";
import type { Workflow } from "./default-workflow.ts";
import type { ComfyuiError } from "./errors.ts";
import { executionError, interruptedError } from "./outcome.ts";
import { createProgress, type RenderProgress } from "./progress.ts";
import type { SocketListener } from "./socket.ts";

export interface PromptWatch extends SocketListener {
  /** Why it failed, when a message said so: old servers do not write that into their history. */
  readonly failure: ComfyuiError | undefined;
  /** Waits until a message asks for a closer look, at most `ms`. Rejects with the signal's reason. */
  pause(ms: number, signal: AbortSignal): Promise<void>;
  finish(): void;
}

/**
 * What one render hears by socket. Messages make progress and say when to look; whether and how a prompt ended is
 * read from the history, which knows it even when a message was lost.
 */
export function createPromptWatch(workflow: Workflow, tell: (progress: RenderProgress) => void): PromptWatch {
  const progress = createProgress(workflow, tell);
  let failure: ComfyuiError | undefined;
  let wake = new AbortController();

  return {
    get failure() {
      return failure;
    },
    onMessage(message) {
      progress.take(message);
      if (message.type === "execution_error") failure = executionError(message.data);
      if (message.type === "execution_interrupted") failure = interruptedError(message.data);
      const ended = message.type === "execution_success" || (message.type === "executing" && !message.data.node);
      if (failure || ended) wake.abort();
    },
    onGap: () => wake.abort(),
    async pause(ms, signal) {
      await sleep(ms, undefined, { signal: AbortSignal.any([signal, wake.signal]) }).catch(() => undefined);
      signal.throwIfAborted();
      // Made anew before the look that follows, so that what comes during that look is not missed.
      wake = new AbortController();
    },
    finish: () => progress.finish(),
  };
}
