/** An input of a node: ComfyUI's type name, and for numbers the range that ComfyUI checks. */
export interface InputRow {
  readonly type: string;
  readonly min?: number;
  readonly max?: number;
}

export interface NodeRow {
  readonly inputs: Readonly<Record<string, InputRow>>;
  readonly returns: readonly string[];
  /** An output node ends a workflow and leaves pictures of this kind. */
  readonly leaves?: "output" | "temp";
}

const model = { type: "MODEL" };
const clip = { type: "CLIP" };
const vae = { type: "VAE" };
const conditioning = { type: "CONDITIONING" };
const latent = { type: "LATENT" };
const image = { type: "IMAGE" };
const text = { type: "STRING" };
/** A choice from a list. Which models and samplers a real server has is not known here, so anything goes. */
const choice = { type: "COMBO" };
const int = (min: number, max: number) => ({ type: "INT", min, max });
const float = (min: number, max: number) => ({ type: "FLOAT", min, max });

const side = int(16, 16_384);
const scaledSide = int(0, 16_384);
const seed = int(0, 2 ** 64);
const steps = int(1, 10_000);
const emptyLatent: NodeRow = { inputs: { width: side, height: side, batch_size: int(1, 4_096) }, returns: ["LATENT"] };
const sampling = {
  model,
  steps,
  cfg: float(0, 100),
  sampler_name: choice,
  scheduler: choice,
  positive: conditioning,
  negative: conditioning,
  latent_image: latent,
};
const strength = float(-100, 100);

/** The nodes that the demo renderer knows: required inputs and outputs as in ComfyUI's `nodes.py`. */
const rows: Readonly<Record<string, NodeRow>> = {
  CheckpointLoaderSimple: { inputs: { ckpt_name: choice }, returns: ["MODEL", "CLIP", "VAE"] },
  UNETLoader: { inputs: { unet_name: choice, weight_dtype: choice }, returns: ["MODEL"] },
  CLIPLoader: { inputs: { clip_name: choice, type: choice }, returns: ["CLIP"] },
  DualCLIPLoader: { inputs: { clip_name1: choice, clip_name2: choice, type: choice }, returns: ["CLIP"] },
  VAELoader: { inputs: { vae_name: choice }, returns: ["VAE"] },
  LoraLoader: {
    inputs: { model, clip, lora_name: choice, strength_model: strength, strength_clip: strength },
    returns: ["MODEL", "CLIP"],
  },
  LoraLoaderModelOnly: { inputs: { model, lora_name: choice, strength_model: strength }, returns: ["MODEL"] },
  CLIPSetLastLayer: { inputs: { clip, stop_at_clip_layer: int(-24, -1) }, returns: ["CLIP"] },
  CLIPTextEncode: { inputs: { text, clip }, returns: ["CONDITIONING"] },
  ConditioningCombine: {
    inputs: { conditioning_1: conditioning, conditioning_2: conditioning },
    returns: ["CONDITIONING"],
  },
  ConditioningZeroOut: { inputs: { conditioning }, returns: ["CONDITIONING"] },
  FluxGuidance: { inputs: { conditioning, guidance: float(0, 100) }, returns: ["CONDITIONING"] },
  EmptyLatentImage: emptyLatent,
  EmptySD3LatentImage: emptyLatent,
  KSampler: { inputs: { ...sampling, seed, denoise: float(0, 1) }, returns: ["LATENT"] },
  KSamplerAdvanced: {
    inputs: {
      ...sampling,
      add_noise: choice,
      noise_seed: seed,
      start_at_step: int(0, 10_000),
      end_at_step: int(0, 10_000),
      return_with_leftover_noise: choice,
    },
    returns: ["LATENT"],
  },
  LatentUpscale: {
    inputs: { samples: latent, upscale_method: choice, width: scaledSide, height: scaledSide, crop: choice },
    returns: ["LATENT"],
  },
  LatentUpscaleBy: {
    inputs: { samples: latent, upscale_method: choice, scale_by: float(0.01, 8) },
    returns: ["LATENT"],
  },
  VAEDecode: { inputs: { samples: latent, vae }, returns: ["IMAGE"] },
  VAEEncode: { inputs: { pixels: image, vae }, returns: ["LATENT"] },
  LoadImage: { inputs: { image: choice }, returns: ["IMAGE", "MASK"] },
  ImageScale: {
    inputs: { image, upscale_method: choice, width: scaledSide, height: scaledSide, crop: choice },
    returns: ["IMAGE"],
  },
  ImageScaleBy: { inputs: { image, upscale_method: choice, scale_by: float(0.01, 8) }, returns: ["IMAGE"] },
  ImageInvert: { inputs: { image }, returns: ["IMAGE"] },
  SaveImage: { inputs: { images: image, filename_prefix: text }, returns: [], leaves: "output" },
  PreviewImage: { inputs: { images: image }, returns: [], leaves: "temp" },
};

export function nodeRow(classType: string): NodeRow | undefined {
  return Object.hasOwn(rows, classType) ? rows[classType] : undefined;
}

/** Whether a node of this class does the work, step by step. */
export function isSampler(classType: string): boolean {
  return classType.startsWith("KSampler");
}
