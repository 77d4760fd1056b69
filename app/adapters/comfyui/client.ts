import { randomUUID } from "node:crypto";
import { demoVersion } from "../../demo-renderer/version.ts";
import { createComfyuiApi, type RenderedImage } from "./api.ts";
import { type RenderRequest, renderPrompt } from "./render.ts";
import { createComfyuiSocket } from "./socket.ts";
import { type ComfyuiTimings, defaultTimings } from "./timings.ts";
import { baseUrl, createTransport } from "./transport.ts";

export interface ComfyuiClient {
  /**
   * Rejects with `ComfyuiError`; or, once `signal` aborts, with its reason, after ComfyUI was told as far as it
   * listens within `timings.cancelMs`.
   */
  render(request: RenderRequest): Promise<{ readonly images: readonly RenderedImage[] }>;
  /** `GET /system_stats`. Rejects with `ComfyuiError` or the signal's reason. */
  probe(signal: AbortSignal): Promise<{ readonly version?: string; readonly demo: boolean }>;
  /** Lets go of the socket; abort the renders under way first. */
  close(): Promise<void>;
}

/**
 * A client of the ComfyUI server at `url`. The contract is ComfyUI's `server.py` and `execution.py`; old servers that
 * choose prompt ids themselves work too, only they cannot be asked about a prompt after a crash.
 */
export function createComfyuiClient(options: {
  readonly url: string;
  readonly fetch?: typeof fetch;
  readonly log: (level: "info" | "warn", message: string) => void;
  readonly timings?: Partial<ComfyuiTimings>;
}): ComfyuiClient {
  const { log } = options;
  const timings = { ...defaultTimings, ...options.timings };
  const base = baseUrl(options.url);
  const clientId = randomUUID();
  const api = createComfyuiApi({ transport: createTransport({ base, fetch: options.fetch ?? fetch }), timings });
  const socket = createComfyuiSocket({ base, clientId, timings, log });

  return {
    render: (request) => renderPrompt(request, { api, socket, clientId, timings, log }),
    async probe(signal) {
      const version = await api.version(signal);
      return { ...(version !== undefined && { version }), demo: version === demoVersion };
    },
    close: () => socket.close(),
  };
}
