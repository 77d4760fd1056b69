import { untilAborted } from "../../until-aborted.ts";
import type { HistoryEntry } from "./answers.ts";
import type { ComfyuiApi, RenderedImage } from "./api.ts";
import type { Workflow } from "./default-workflow.ts";
import { ComfyuiError } from "./errors.ts";
import { historyError, historyImages } from "./outcome.ts";
import type { RenderProgress } from "./progress.ts";
import { createPromptWatch, type PromptWatch } from "./prompt-watch.ts";
import type { ComfyuiSocket } from "./socket.ts";
import { type ComfyuiTimings, maxMissedPolls } from "./timings.ts";

export interface RenderRequest {
  /** The job's own id, a UUID in lower case. A prompt that ComfyUI already has under it is taken up, not repeated. */
  readonly promptId: string;
  readonly workflow: Workflow;
  /** Aborting calls the prompt off at ComfyUI; the only bound on the whole render's time. */
  readonly signal: AbortSignal;
  /** Must not throw. */
  readonly onProgress?: (progress: RenderProgress) => void;
}

/** What a render needs of its client. */
export interface RenderTools {
  readonly api: ComfyuiApi;
  readonly socket: ComfyuiSocket;
  readonly clientId: string;
  readonly timings: ComfyuiTimings;
  readonly log: (level: "info" | "warn", message: string) => void;
}

/** Takes up or submits a prompt, follows it to its end and fetches its pictures. */
export async function renderPrompt(
  { promptId: ownId, workflow, signal, onProgress }: RenderRequest,
  tools: RenderTools,
): Promise<{ readonly images: readonly RenderedImage[] }> {
  signal.throwIfAborted();
  const { api, socket, timings, log } = tools;
  const watch = createPromptWatch(workflow, onProgress ?? (() => undefined));
  let promptId = ownId;

  try {
    await untilAborted(socket.listen(promptId, watch), signal);
    const taken = await hasAlready(promptId, signal, tools);
    if (!taken) {
      const accepted = await api.submit({ promptId, workflow, clientId: tools.clientId });
      if (accepted.partly) log("warn", `ComfyUI leaves out the invalid outputs of prompt ${promptId}`);
      if (accepted.promptId !== promptId) {
        // Chosen by an old server; what it told before we knew went unheard, which the first look makes good.
        socket.unlisten(promptId);
        promptId = accepted.promptId;
        await untilAborted(socket.listen(promptId, watch), signal);
      }
    }
    // The messages of a prompt taken up go to the process that submitted it.
    const pollMs = () => (socket.isOpen() && !taken ? timings.slowPollMs : timings.pollMs);
    const images = await fetchImages(await follow({ promptId, watch, signal, pollMs, ...tools }), api, signal);
    watch.finish();
    return { images };
  } catch (error) {
    if (signal.aborted) {
      await api.cancel(promptId, AbortSignal.timeout(timings.cancelMs)).catch((cause: unknown) => {
        log("warn", `ComfyUI may still be at work on the aborted prompt ${promptId}: ${String(cause)}`);
      });
    }
    signal.throwIfAborted();
    throw error;
  } finally {
    socket.unlisten(promptId);
  }
}

/** Whether ComfyUI has the prompt from an earlier attempt, and it has not failed there. */
async function hasAlready(promptId: string, signal: AbortSignal, { api, log }: RenderTools): Promise<boolean> {
  const place = await api.locate(promptId, signal);
  if (place.state === "unknown") return false;
  if (place.state === "ended" && historyError(place.entry)) {
    await api.forget(promptId, signal);
    return false;
  }
  log("info", `Taking up prompt ${promptId}, which ComfyUI has already (${place.state})`);
  return true;
}

/** Looks until the prompt is in the history. A look that fails is repeated, a few times in a row at most. */
async function follow(prompt: {
  readonly promptId: string;
  readonly watch: PromptWatch;
  readonly signal: AbortSignal;
  readonly pollMs: () => number;
  readonly api: ComfyuiApi;
  readonly timings: ComfyuiTimings;
}): Promise<HistoryEntry> {
  const { promptId, watch, signal } = prompt;
  let missed = 0;
  for (;;) {
    const place = await prompt.api.locate(promptId, signal).catch((error: unknown) => {
      missed += 1;
      if (signal.aborted || missed === maxMissedPolls) throw error;
      return undefined;
    });
    if (place) missed = 0;
    if (place?.state === "ended") {
      const failure = historyError(place.entry) ?? watch.failure;
      if (failure) throw failure;
      return place.entry;
    }
    if (watch.failure) throw watch.failure;
    if (place?.state === "unknown") {
      throw new ComfyuiError(
        "comfyui_lost_prompt",
        `ComfyUI has prompt ${promptId} neither in its queue nor in its history: it was restarted or cleared`,
      );
    }
    await watch.pause(missed > 0 ? prompt.timings.pollMs : prompt.pollMs(), signal);
  }
}

async function fetchImages(
  entry: HistoryEntry,
  api: ComfyuiApi,
  signal: AbortSignal,
): Promise<readonly RenderedImage[]> {
  const refs = historyImages(entry);
  if (refs.length === 0) {
    throw new ComfyuiError("comfyui_no_images", "ComfyUI finished the workflow, but none of its nodes left a picture");
  }
  const images: RenderedImage[] = [];
  for (const ref of refs) images.push(await api.image(ref, signal));
  return images;
}
