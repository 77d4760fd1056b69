/** How patient the client is, in milliseconds. */
export interface ComfyuiTimings {
  /** One request, from connect to the last byte; also the handshake of the socket. */
  readonly requestMs: number;
  /** The same for one picture. */
  readonly downloadMs: number;
  /** Between two looks at the queue while nothing comes by socket. */
  readonly pollMs: number;
  /** The same while the socket is open and should tell by itself. */
  readonly slowPollMs: number;
  /** What an aborted render may still take to call ComfyUI off. */
  readonly cancelMs: number;
  /** The first wait before the socket is opened again; it doubles up to `reconnectMaxMs`. */
  readonly reconnectMs: number;
  readonly reconnectMaxMs: number;
  /** How long the socket stays open after the last render. */
  readonly idleMs: number;
}

export const defaultTimings: ComfyuiTimings = {
  requestMs: 10_000,
  downloadMs: 60_000,
  pollMs: 1_000,
  slowPollMs: 10_000,
  cancelMs: 3_000,
  reconnectMs: 250,
  reconnectMaxMs: 10_000,
  idleMs: 10_000,
};

/** A server that loads a model may leave one request unanswered; so many in a row mean that it is gone. */
export const maxMissedPolls = 3;
