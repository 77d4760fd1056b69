/** Every way a rendering can fail, and whether trying again later may help. */
const retryable = {
  comfyui_unreachable: true,
  comfyui_bad_answer: true,
  comfyui_invalid_workflow: false,
  comfyui_execution_failed: false,
  comfyui_out_of_memory: true,
  comfyui_interrupted: true,
  comfyui_lost_prompt: true,
  comfyui_no_images: false,
} as const satisfies Record<string, boolean>;

export type ComfyuiErrorCode = keyof typeof retryable;

/** Why ComfyUI gave no pictures. The message is for people and holds neither a traceback nor a secret. */
export class ComfyuiError extends Error {
  override readonly name = "ComfyuiError";
  readonly code: ComfyuiErrorCode;
  readonly retryable: boolean;

  constructor(code: ComfyuiErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.retryable = retryable[code];
  }
}
