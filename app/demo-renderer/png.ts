import { promisify } from "node:util";
import { crc32, deflate } from "node:zlib";

const compress = promisify(deflate);

export interface IndexedImage {
  readonly width: number;
  readonly height: number;
  /** Up to 256 colours, three bytes each: red, green, blue. */
  readonly palette: Uint8Array;
  /** A byte for each dot, the number of its colour: line by line from the top. */
  readonly dots: Uint8Array;
}

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const depth = 8;
const indexedColour = 3;
/** zlib's own default, 6, takes twice the time and saves a sixth of the bytes. */
const level = 3;

/**
 * A picture as an indexed PNG, a third of the bytes that one of red, green and blue has before it is compressed, and
 * compressed in a thread of zlib's.
 * @see https://www.w3.org/TR/png-3/
 */
export async function encodePng({ width, height, palette, dots }: IndexedImage): Promise<Buffer> {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, indexedColour], 8);
  // Before each line stands the number of its filter: 0, none.
  const lines = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y += 1) lines.set(dots.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  return Buffer.concat([
    signature,
    encodeChunk("IHDR", header),
    encodeChunk("PLTE", palette),
    encodeChunk("IDAT", await compress(lines, { level })),
    encodeChunk("IEND", new Uint8Array()),
  ]);
}

/** Length, type, data, and a sum over type and data. */
function encodeChunk(type: "IHDR" | "PLTE" | "IDAT" | "IEND", data: Uint8Array): Buffer {
  const summed = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const chunk = Buffer.alloc(summed.length + 8);
  chunk.writeUInt32BE(data.length, 0);
  chunk.set(summed, 4);
  chunk.writeUInt32BE(crc32(summed), summed.length + 4);
  return chunk;
}
