import { buffer } from "node:stream/consumers";

/** The unit of the format: POSIX.1-1988 (ustar) with GNU's binary sizes for what is larger than 8 GiB. */
const blockBytes = 512;

/** Octal digits hold as much; what is larger is written in binary. */
const largestOctal = 0o77_777_777_777;

const field = {
  name: [0, 100],
  mode: [100, 8],
  uid: [108, 8],
  gid: [116, 8],
  size: [124, 12],
  time: [136, 12],
  checksum: [148, 8],
  type: [156, 1],
  magic: [257, 8],
  prefix: [345, 155],
} as const satisfies Readonly<Record<string, readonly [offset: number, bytes: number]>>;

type FieldName = keyof typeof field;

/** What a tar archive holds, in its order. */
export interface TarEntry {
  readonly name: string;
  /** `0` for a file, `5` for a folder; others for links and for what describes the next entry. */
  readonly type: string;
  readonly size: number;
  /** To be read before the next entry is asked for; what is not read is passed over. */
  readonly content: AsyncIterable<Buffer>;
}

/** The sum of the header's bytes, with spaces in the place of the sum itself. */
function sumHeader(header: Buffer): number {
  const [offset, bytes] = field.checksum;
  return header.reduce((sum, byte, at) => sum + (at >= offset && at < offset + bytes ? 0x20 : byte), 0);
}

/** What stands before a file's content. @param name of at most 100 bytes @param time in seconds */
export function renderTarHeader(name: string, size: number, time: number): Buffer {
  const header = Buffer.alloc(blockBytes);
  const put = (at: FieldName, text: string) => header.write(text, field[at][0], "latin1");
  const octal = (value: number, digits: number) => value.toString(8).padStart(digits, "0");
  put("name", name);
  put("mode", octal(0o600, 7));
  put("uid", octal(0, 7));
  put("gid", octal(0, 7));
  if (size <= largestOctal) put("size", octal(size, 11));
  else {
    header.writeBigUInt64BE(BigInt(size), field.size[0] + 4);
    header.writeUInt8(0x80, field.size[0]);
  }
  put("time", octal(time, 11));
  put("type", "0");
  put("magic", "ustar\u000000");
  put("checksum", `${octal(sumHeader(header), 6)}\0 `);
  return header;
}

/** What follows a content of that size, up to a whole number of blocks. */
export function renderTarPadding(size: number): Buffer {
  return Buffer.alloc(-size & (blockBytes - 1));
}

/** What stands at the end. */
export const tarEnd = Buffer.alloc(2 * blockBytes);

function readNumber(header: Buffer, at: FieldName): number {
  const [offset, bytes] = field[at];
  if (header.readUInt8(offset) === 0x80) return Number(header.readBigUInt64BE(offset + bytes - 8));
  const text = header.toString("latin1", offset, offset + bytes).replace(/[\0 ]*$/, "");
  if (!/^ *[0-7]*$/.test(text)) throw new Error(`a header has no number where its ${at} should be`);
  return Number.parseInt(text || "0", 8);
}

function readText(header: Buffer, at: FieldName): string {
  const [offset, bytes] = field[at];
  const text = header.toString("utf8", offset, offset + bytes);
  const end = text.indexOf("\0");
  return end === -1 ? text : text.slice(0, end);
}

function readHeader(header: Buffer): Omit<TarEntry, "content"> {
  if (readNumber(header, "checksum") !== sumHeader(header)) throw new Error("a header's checksum is wrong");
  const prefix = readText(header, "magic").startsWith("ustar") ? readText(header, "prefix") : "";
  const name = readText(header, "name");
  return {
    name: prefix === "" ? name : `${prefix}/${name}`,
    // Written before 1988, a file has none.
    type: readText(header, "type") || "0",
    size: readNumber(header, "size"),
  };
}

const isBlank = (bytes: Buffer) => bytes.every((byte) => byte === 0);

/**
 * Reads a tar archive to its very end.
 * @throws Error for what is none, for one that is cut off, and for anything behind its end.
 */
export async function* readTar(source: AsyncIterable<Buffer>): AsyncGenerator<TarEntry, void, undefined> {
  const chunks = source[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);

  /** Some bytes, at most so many; none at the end. */
  async function take(most: number): Promise<Buffer> {
    while (rest.length === 0) {
      const next = await chunks.next();
      if (next.done) break;
      rest = next.value;
    }
    const taken = rest.subarray(0, most);
    rest = rest.subarray(taken.length);
    return taken;
  }
  /** So many bytes: whoever reads them anew goes on where the last one stopped. */
  function prepare(count: number) {
    let left = count;
    return async function* read(): AsyncGenerator<Buffer, void, undefined> {
      while (left > 0) {
        const bytes = await take(left);
        if (bytes.length === 0) throw new Error("it is cut off");
        left -= bytes.length;
        yield bytes;
      }
    };
  }
  const takeAll = (count: number) => buffer(prepare(count)());

  try {
    for (let header = await takeAll(blockBytes); !isBlank(header); header = await takeAll(blockBytes)) {
      const entry = readHeader(header);
      const read = prepare(entry.size);
      yield { ...entry, content: read() };
      for await (const _ of read());
      await takeAll(renderTarPadding(entry.size).length);
    }
    for (let bytes = await take(blockBytes); bytes.length > 0; bytes = await take(blockBytes))
      if (!isBlank(bytes)) throw new Error("something stands behind its end");
  } finally {
    await chunks.return?.();
  }
}
