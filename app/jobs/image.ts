import { randomInt } from "node:crypto";
import type { JobHandler, Picture } from "./worker.ts";

/** What an image job needs of ComfyUI. */
export interface Renderer<Workflow> {
  render(request: {
    readonly promptId: string;
    readonly workflow: Workflow;
    readonly signal: AbortSignal;
    readonly onProgress: (progress: { readonly fraction: number }) => void;
  }): Promise<{ readonly images: readonly Picture[] }>;
}

export interface ImageHandlerOptions<Workflow> {
  readonly renderer: Renderer<Workflow>;
  readonly createWorkflow: (text: { readonly prompt: string; readonly seed: number }) => Workflow;
  /** The API has validated it; what stands in Postgres is parsed once more. */
  readonly readWorkflow: (value: unknown) => Workflow;
}

/** ComfyUI's samplers take any 32-bit seed. */
const seeds = 2 ** 32;

/** Renders the job's workflow, or the default one with the job's prompt. The job's id is the prompt's id at ComfyUI. */
export function createImageHandler<W>({ renderer, createWorkflow, readWorkflow }: ImageHandlerOptions<W>): JobHandler {
  return async ({ id, input }, { signal, onProgress }) => {
    const workflow =
      input.workflow === undefined
        ? createWorkflow({ prompt: input.prompt, seed: randomInt(seeds) })
        : readWorkflow(input.workflow);
    const { images } = await renderer.render({
      promptId: id,
      workflow,
      signal,
      onProgress: ({ fraction }) => onProgress(fraction),
    });
    return images;
  };
}
