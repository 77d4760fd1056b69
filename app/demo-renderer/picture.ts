import { createHash } from "node:crypto";
import { type Graph, linkedNode, upstream } from "./graph.ts";
import { isSampler } from "./nodes.ts";
import { encodePng } from "./png.ts";

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

const shades = 255;
/** The palette's last colour. */
const white = shades;

/**
 * A PNG of soft clouds in two colours that follow from the text, with DEMO written across it.
 *
 * It must not hold up the process, which may be the service's own: a line is drawn once and copied, and what is left to
 * do is zlib's, which has threads of its own.
 */
export function drawPicture({ text, width, height }: Recipe): Promise<Buffer> {
  const [hue = 0, across = 0, down = 0, phase = 0] = createHash("sha256").update(text).digest();
  // Each dot is the sum of a wave along each side, so there are no more lines than the wave has values.
  const columns = wave(width, across, phase);
  const lines = new Map<number, Uint8Array>();
  const dots = new Uint8Array(width * height);
  for (const [y, row] of wave(height, down, phase).entries()) {
    const line = lines.get(row) ?? columns.map((column) => row + column);
    lines.set(row, line);
    dots.set(line, y * width);
  }
  write(dots, width, height);
  return encodePng({ width, height, palette: paletteOf(hue), dots });
}

/** Values from 0 to 127 along a side: between one and three periods. */
function wave(length: number, frequency: number, phase: number): Uint8Array {
  const periods = 1 + frequency / 128;
  return new Uint8Array(length).map((_, at) => {
    const angle = 2 * Math.PI * ((periods * at) / length + phase / 256);
    return 63.5 + 63.5 * Math.sin(angle);
  });
}

/** Shades from a dark colour to a lighter one sixty degrees on in the circle of hues, and white. */
function paletteOf(hue: number): Uint8Array {
  const colours = Array.from({ length: shades }, (_, shade) => {
    const share = shade / (shades - 1);
    const angle = (hue / 256 + share / 6) * 2 * Math.PI;
    return [0, 1, 2].map((channel) => (0.2 + 0.3 * share + 0.2 * Math.cos(angle - (channel * 2 * Math.PI) / 3)) * 255);
  });
  return Uint8Array.from([...colours, [255, 255, 255]].flat(), Math.round);
}

/** Writes the word in white over two thirds of the width, in the middle. */
function write(dots: Uint8Array, width: number, height: number): void {
  const columns = word.length * cell.width;
  const size = Math.max(1, Math.floor((width * 2) / 3 / columns));
  const left = Math.floor((width - size * columns) / 2);
  const top = Math.floor((height - size * cell.height) / 2);
  for (let row = 0; row < cell.height; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const bits = word[Math.floor(column / cell.width)]?.[row] ?? 0;
      if (((bits >> (cell.width - 2 - (column % cell.width))) & 1) === 0) continue;
      for (let y = Math.max(0, top + row * size); y < Math.min(height, top + (row + 1) * size); y += 1) {
        const start = y * width + left + column * size;
        dots.fill(white, start, start + size);
      }
    }
  }
}
