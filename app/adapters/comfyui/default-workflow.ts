import { z } from "zod";

const maxNodes = 1_000;

/** The node that a complaint is about: the key in the workflow under which it stands. */
function nodeOf(path: readonly PropertyKey[] | undefined, depth: number): string {
  return `Node ${JSON.stringify(path?.at(-1 - depth) ?? "?")}`;
}

const NodeSchema = z.looseObject(
  {
    class_type: z
      .string({ error: ({ path }) => `${nodeOf(path, 1)}: class_type must be the name of a node class` })
      .min(1, { error: ({ path }) => `${nodeOf(path, 1)}: class_type must not be empty` }),
    inputs: z.record(z.string(), z.unknown(), {
      error: ({ path }) => `${nodeOf(path, 1)}: inputs must be an object of input name to value or link`,
    }),
    _meta: z.looseObject({}, { error: ({ path }) => `${nodeOf(path, 1)}: _meta must be an object` }).optional(),
  },
  { error: ({ path }) => `${nodeOf(path, 0)} must be an object with class_type and inputs` },
);

const GraphSchema = z
  .record(z.string(), NodeSchema, { error: "A workflow must be an object of node id to node" })
  .refine((workflow) => Object.keys(workflow).length > 0, { error: "A workflow needs at least one node" });

/**
 * A workflow in ComfyUI's API format ("Export (API)"): node id to node. Whether its classes and links exist is for
 * ComfyUI to tell. Every message about a node names it.
 */
export const WorkflowSchema = z.preprocess((given, context) => {
  // Counted before a node is looked at: a complaint about each of 100,000 would hold up everything else.
  const nodes = typeof given === "object" && !Array.isArray(given) ? Object.keys(given ?? {}).length : 0;
  if (nodes > maxNodes) context.addIssue(`A workflow has at most ${maxNodes} nodes, not ${nodes}`);
  return given;
}, GraphSchema);

export type Workflow = Readonly<z.infer<typeof WorkflowSchema>>;

/**
 * The classic text-to-image workflow for Stable Diffusion 1.5, the one that ComfyUI's own API examples use.
 * `seed` is an integer from 0 to `Number.MAX_SAFE_INTEGER`: the same seed and prompt give the same picture.
 */
export function createTextToImageWorkflow(order: { readonly prompt: string; readonly seed: number }): Workflow {
  return {
    "3": {
      class_type: "KSampler",
      inputs: {
        seed: order.seed,
        steps: 20,
        cfg: 8,
        sampler_name: "euler",
        scheduler: "normal",
        denoise: 1,
        model: ["4", 0],
        positive: ["6", 0],
        negative: ["7", 0],
        latent_image: ["5", 0],
      },
    },
    "4": { class_type: "CheckpointLoaderSimple", inputs: { ckpt_name: "v1-5-pruned-emaonly.safetensors" } },
    "5": { class_type: "EmptyLatentImage", inputs: { width: 512, height: 512, batch_size: 1 } },
    "6": { class_type: "CLIPTextEncode", inputs: { text: order.prompt, clip: ["4", 1] } },
    "7": { class_type: "CLIPTextEncode", inputs: { text: "text, watermark, blurry, low quality", clip: ["4", 1] } },
    "8": { class_type: "VAEDecode", inputs: { samples: ["3", 0], vae: ["4", 2] } },
    "9": { class_type: "SaveImage", inputs: { filename_prefix: "gozcu", images: ["8", 0] } },
  };
}
