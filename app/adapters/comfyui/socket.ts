import { WebSocket } from "ws";
import { type ComfyuiMessage, readMessage } from "./messages.ts";
import type { ComfyuiTimings } from "./timings.ts";

/** ComfyUI's previews come by socket too and are thrown away. */
const messageLimitBytes = 16 * 2 ** 20;

export interface SocketListener {
  onMessage(message: ComfyuiMessage): void;
  /** The socket came or went: messages may have been missed. */
  onGap(): void;
}

export interface ComfyuiSocket {
  /** Resolves when the attempt to connect under way has ended, well or not. The socket stays while anybody listens. */
  listen(promptId: string, listener: SocketListener): Promise<void>;
  unlisten(promptId: string): void;
  isOpen(): boolean;
  close(): Promise<void>;
}

/** One socket for all renders of a client. It is a convenience: whoever listens must do without it too. */
export function createComfyuiSocket(options: {
  readonly base: URL;
  readonly clientId: string;
  readonly timings: ComfyuiTimings;
  readonly log: (level: "info" | "warn", message: string) => void;
}): ComfyuiSocket {
  const { timings, log } = options;
  const url = new URL(`ws?clientId=${options.clientId}`, options.base);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";

  const listeners = new Map<string, SocketListener>();
  let socket: WebSocket | undefined;
  let attempt: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let failures = 0;
  let closed = false;
  /** ComfyUI runs one prompt at a time: a message without an id is about the last one named. */
  let lastPromptId: string | undefined;

  function connect(): void {
    clearTimeout(timer);
    if (closed || socket) return;
    const opening = new WebSocket(url, { handshakeTimeout: timings.requestMs, maxPayload: messageLimitBytes });
    socket = opening;
    const { promise, resolve } = Promise.withResolvers<void>();
    attempt = promise;
    let opened = false;
    let why = "closed by ComfyUI";

    opening.on("open", () => {
      opened = true;
      if (failures > 0) log("info", "ComfyUI's socket is back");
      failures = 0;
      resolve();
      for (const listener of listeners.values()) listener.onGap();
    });
    opening.on("message", (data, isBinary) => {
      const message = Buffer.isBuffer(data) && !isBinary ? readMessage(data.toString("utf8")) : undefined;
      if (message) route(message);
    });
    opening.on("error", (error) => {
      why = error.message;
    });
    opening.on("close", () => {
      resolve();
      socket = undefined;
      if (closed || listeners.size === 0) return;
      if (failures === 0) log("warn", `ComfyUI's socket is away, polling instead: ${why}`);
      timer = setTimeout(connect, Math.min(timings.reconnectMs * 2 ** failures, timings.reconnectMaxMs));
      failures += 1;
      if (opened) for (const listener of listeners.values()) listener.onGap();
    });
  }

  function route(message: ComfyuiMessage): void {
    lastPromptId = message.data.prompt_id ?? lastPromptId;
    if (lastPromptId !== undefined) listeners.get(lastPromptId)?.onMessage(message);
  }

  function drop(): void {
    clearTimeout(timer);
    // One that is still connecting reports its end as an error, and may have no listener any more.
    socket?.on("error", () => {});
    socket?.terminate();
  }

  return {
    listen(promptId, listener) {
      listeners.set(promptId, listener);
      connect();
      return attempt;
    },
    unlisten(promptId) {
      listeners.delete(promptId);
      if (listeners.size > 0) return;
      clearTimeout(timer);
      timer = setTimeout(drop, timings.idleMs).unref();
    },
    isOpen: () => socket?.readyState === WebSocket.OPEN,
    async close() {
      closed = true;
      // Not `once`, which rejects with the error that a socket closed while connecting emits before it closes.
      const gone = new Promise<void>((resolve) => (socket ? socket.on("close", () => resolve()) : resolve()));
      drop();
      await gone;
    },
  };
}
