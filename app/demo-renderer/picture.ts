import { createHash } from "node:crypto";
import { PassThrough } from "node:stream";
import { buffer } from "node:stream/consumers";
import { PNG } from "pngjs";
import { type Graph, linkedNode, upstream } from "./graph.ts";
import { isSampler } from "./nodes.ts";

/** All that a picture depends on: it is drawn from this when somebody looks at it, and not kept. */
export interface Recipe {
  readonly text: string;
  readonly width: number;
  readonly height: number;
}

const maxSide = 1_024;
const maxBatch = 4;

/** Letters of five by seven dots, a row each, the left-most dot in the highest bit. */
const letters = {
  D: [0b11110, 0b10001, 0b10001, 0b10001, 0b10001, 0b10001, 0b11110],
  E: [0b11111, 0b10000, 0b10000, 0b11110, 0b10000, 0b10000, 0b11111],
  M: [0b10001, 0b11011, 0b10101, 0b10101, 0b10001, 0b10001, 0b10001],
  O: [0b01110, 0b10001, 0b10001, 0b10001, 0b10001, 0b10001, 0b01110],
} as const;
const word = [letters.D, letters.E, letters.M, letters.O];
const cell = { width: 6, height: 7 };

/** The pictures that an output node leaves: one for each of the batch, of the size that the empty latent says. */
export function recipesOf(graph: Graph, output: string): Recipe[] {
  const nodes = upstream(graph, output).flatMap((id) => graph[id] ?? []);
  const latent = nodes.find((node) => node.class_type?.startsWith("Empty"))?.inputs;
  const sampler = nodes.find((node) => isSampler(node.class_type ?? ""))?.inputs;
  const prompts = upstream(graph, linkedNode(sampler?.positive) ?? "").map((id) => graph[id]?.inputs.text);
  const seed = sampler?.seed ?? sampler?.noise_seed;
  const side = (value: unknown) => Math.min(Math.trunc(Number(value ?? 512)), maxSide);
  return Array.from({ length: Math.min(Number(latent?.batch_size ?? 1), maxBatch) }, (_, index) => ({
    text: JSON.stringify([prompts, seed, index]),
    width: side(latent?.width),
    height: side(latent?.height),
  }));
}

/** Red, green and blue: what the picture is drawn in, and what the file holds. */
const format = { colorType: 2, inputColorType: 2, inputHasAlpha: false } as const;
const bytesPerDot = 3;

/**
 * A PNG of soft clouds in two colours that follow from the text, with DEMO written across it.
 *
 * It must not hold up the process, which may be the service's own: lines are drawn once and copied, and pngjs is given
 * the bytes as they go into the file, unfiltered. What is left to do is zlib's, which has threads of its own.
 */
export function drawPicture({ text, width, height }: Recipe): Promise<Buffer> {
  const png = new PNG({ width, height, ...format, filterType: 0, deflateStrategy: 0, deflateLevel: 6 });
  const [hue = 0, across = 0, down = 0, phase = 0] = createHash("sha256").update(text).digest();
  const palette = paletteOf(hue);
  // Each dot is the sum of a wave along each side, so there are no more lines than the wave has values.
  const columns = wave(width, across, phase);
  const lines = new Map<number, Buffer>();
  png.data = Buffer.concat(
    Array.from(wave(height, down, phase), (row) => {
      const line = lines.get(row) ?? drawLine(columns, row, palette);
      lines.set(row, line);
      return line;
    }),
  );
  write(png);
  return buffer(png.pack().pipe(new PassThrough()));
}

function drawLine(columns: Uint8Array, row: number, palette: Uint32Array): Buffer {
  const line = Buffer.alloc(columns.length * bytesPerDot);
  let at = 0;
  for (const column of columns) {
    const color = palette[row + column] ?? 0;
    line[at] = color >>> 16;
    line[at + 1] = color >>> 8;
    line[at + 2] = color;
    at += bytesPerDot;
  }
  return line;
}

/** Values from 0 to 127 along a side: between one and three periods. */
function wave(length: number, frequency: number, phase: number): Uint8Array {
  const periods = 1 + frequency / 128;
  return Uint8Array.from({ length }, (_, at) => {
    const angle = 2 * Math.PI * ((periods * at) / length + phase / 256);
    return 63.5 + 63.5 * Math.sin(angle);
  });
}

/** 255 shades, as RGB, from a dark colour to a lighter one sixty degrees on in the circle of hues. */
function paletteOf(hue: number): Uint32Array {
  return Uint32Array.from({ length: 255 }, (_, shade) => {
    const share = shade / 254;
    const angle = (hue / 256 + share / 6) * 2 * Math.PI;
    const channel = (offset: number) =>
      Math.round((0.2 + 0.3 * share + 0.2 * Math.cos(angle - (offset * 2 * Math.PI) / 3)) * 255);
    return channel(0) * 2 ** 16 + channel(1) * 2 ** 8 + channel(2);
  });
}

/** Writes the word in white over two thirds of the width, in the middle. */
function write(png: PNG): void {
  const columns = word.length * cell.width;
  const dot = Math.max(1, Math.floor((png.width * 2) / 3 / columns));
  const left = Math.floor((png.width - dot * columns) / 2);
  const top = Math.floor((png.height - dot * cell.height) / 2);
  for (let row = 0; row < cell.height; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const bits = word[Math.floor(column / cell.width)]?.[row] ?? 0;
      if (((bits >> (cell.width - 2 - (column % cell.width))) & 1) === 0) continue;
      for (let y = Math.max(0, top + row * dot); y < Math.min(png.height, top + (row + 1) * dot); y += 1) {
        const start = y * png.width + left + column * dot;
        png.data.fill(255, start * bytesPerDot, (start + dot) * bytesPerDot);
      }
    }
  }
}
