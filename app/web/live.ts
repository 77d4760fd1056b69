import type { ServerResponse } from "node:http";
import { pageLimits } from "../catalogue/status-page.ts";
import { keyOf, type Rendered, type RenderedSection, type View, type Views } from "./views.ts";

/** Who reads a stream. */
export interface Reader {
  readonly view: View;
  readonly response: ServerResponse;
  /** What it has seen already: a {@link Rendered.state}. */
  readonly seen: string | undefined;
  /** When its login ends. */
  readonly expiresAt: Date | undefined;
}

export interface Live {
  /** Takes the response over, its head included; false, and nothing is written, when there are too many. */
  open(reader: Reader): boolean;
  readonly count: number;
  /** Ends all streams; the pages come again when the service does. */
  close(): Promise<void>;
}

interface Stream extends Reader {
  /** It has been sent what it had not seen; until then it is told no news. */
  isGreeted: boolean;
  /** It could not take all that it was sent: it gets everything once it has. */
  isBehind: boolean;
  /** When it last had taken everything. */
  keptUpAt: number;
}

/** All that look at the same view. */
interface Channel {
  readonly view: View;
  readonly streams: Set<Stream>;
  last: Rendered | undefined;
}

/** An event of the stream. A carriage return would end a line, too. */
function renderEvent(name: string, data: string, id?: string): string {
  const lines = data.split(/\r\n|\r|\n/).map((line) => `data: ${line}\n`);
  return `event: ${name}\n${id === undefined ? "" : `id: ${id}\n`}${lines.join("")}\n`;
}

/** The sections, and after them what tells that they are all there, and when that was. */
function renderNews(sections: readonly RenderedSection[], { at, state }: Rendered): string {
  return sections.map(({ id, text }) => renderEvent(id, text)).join("") + renderEvent("tick", at.toISOString(), state);
}

function isOpen({ response }: Stream): boolean {
  return !response.destroyed && !response.writableEnded;
}

/**
 * Server-sent events for all open pages: every tick each view is rendered once, and those who look at it are sent the
 * sections that have changed, in one buffer for all of them. A reader that lags is sent nothing, so that nothing is kept
 * for it, and everything once it has caught up; after `stallMs` it is let go of. Nothing runs while nobody looks.
 */
export function createLive(options: {
  readonly views: Views;
  /** Of the sources that the page is made of: an open page of another build loads itself anew. */
  readonly build: string;
  readonly onError: (error: unknown) => void;
  readonly limits?: Pick<typeof pageLimits, "retryMs"> &
    Readonly<Record<"tickMs" | "heartbeatMs" | "stallMs" | "streams", number>>;
}): Live {
  const { views, build, onError, limits = pageLimits } = options;
  const open = new Set<ServerResponse>();
  const channels = new Map<string, Channel>();
  let timer: NodeJS.Timeout | undefined;
  let beatAt = 0;
  let isClosed = false;

  function channelOf(view: View): Channel {
    const key = keyOf(view);
    const channel = channels.get(key) ?? { view, streams: new Set<Stream>(), last: undefined };
    channels.set(key, channel);
    return channel;
  }

  /** Whether it may be written to: it has taken all that it was sent before. */
  function keepsUp(stream: Stream, now: number): boolean {
    if (!stream.response.writableNeedDrain) {
      stream.keptUpAt = now;
      return true;
    }
    stream.isBehind = true;
    if (now - stream.keptUpAt > limits.stallMs) stream.response.destroy();
    return false;
  }

  async function tellChannel(channel: Channel, isBeat: boolean): Promise<void> {
    const { last } = channel;
    const rendered = await views.read(channel.view);
    channel.last = rendered;
    const before = new Map(last?.sections.map(({ id, news }) => [id, news]));
    const changed = rendered.sections.filter(({ id, news }) => before.get(id) !== news);
    const news = changed.length > 0 || isBeat ? Buffer.from(renderNews(changed, rendered)) : undefined;
    let everything: Buffer | undefined;
    const now = performance.now();
    for (const stream of channel.streams) {
      if (!stream.isGreeted || !isOpen(stream)) continue;
      if (stream.expiresAt !== undefined && stream.expiresAt.getTime() <= Date.now()) {
        stream.response.end(renderEvent("over", "login"));
        continue;
      }
      if (!keepsUp(stream, now)) continue;
      if (stream.isBehind) everything ??= Buffer.from(renderNews(rendered.sections, rendered));
      const message = stream.isBehind ? everything : news;
      stream.isBehind = false;
      if (message !== undefined) stream.response.write(message);
    }
  }

  async function tick(): Promise<void> {
    const now = performance.now();
    const isBeat = now - beatAt >= limits.heartbeatMs;
    if (isBeat) beatAt = now;
    for (const [key, channel] of channels) {
      if (channel.streams.size === 0) channels.delete(key);
      else await tellChannel(channel, isBeat);
    }
  }

  function schedule(): void {
    // Each stream has a connection, which keeps the process alive.
    timer = setTimeout(() => {
      void tick()
        .catch(onError)
        .finally(() => {
          timer = undefined;
          if (open.size > 0 && !isClosed) schedule();
        });
    }, limits.tickMs).unref();
  }

  /** Sends a new reader what it has not seen: as its channel knows it, so that the next tick's news follow on. */
  async function greet(stream: Stream, channel: Channel): Promise<void> {
    const rendered = await views.read(stream.view);
    channel.last ??= rendered;
    if (!isOpen(stream)) return;
    const { last } = channel;
    const hello = renderEvent("hello", JSON.stringify({ audience: stream.view.audience, build }));
    const missed = stream.seen === last.state ? [] : last.sections;
    stream.response.write(`retry: ${limits.retryMs}\n\n${hello}${renderNews(missed, last)}`);
    stream.isGreeted = true;
  }

  return {
    get count() {
      return open.size;
    },
    open(reader) {
      if (open.size >= limits.streams || isClosed) return false;
      const { response } = reader;
      const stream: Stream = { ...reader, isGreeted: false, isBehind: false, keptUpAt: performance.now() };
      const channel = channelOf(reader.view);
      open.add(response);
      channel.streams.add(stream);
      response.on("close", () => {
        open.delete(response);
        channel.streams.delete(stream);
      });
      // A connection that breaks while it is written to.
      response.on("error", () => response.destroy());
      response.writeHead(200, { "Content-Type": "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no" });
      void greet(stream, channel).catch((error: unknown) => {
        onError(error);
        response.destroy();
      });
      if (timer === undefined) {
        beatAt = performance.now();
        schedule();
      }
      return true;
    },
    async close() {
      isClosed = true;
      clearTimeout(timer);
      for (const response of open) response.end();
    },
  };
}
