/** How the value of a field is laid out. @see https://protobuf.dev/programming-guides/encoding/ */
const wire = { varint: 0, fixed64: 1, lengthDelimited: 2, fixed32: 5 } as const;

const initialCapacity = 1_024;

/** A buffer that something unusual has made larger than this is not kept. */
const keptCapacity = 1_048_576;

/** More than the tags and lengths around one field take. */
const margin = 64;

function varintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) length += 1;
  return length;
}

/**
 * Writes protobuf fields into one buffer, which grows and is used again. It makes no object for what it writes, so that
 * the garbage collector has nothing to do with it.
 */
export class ProtobufWriter {
  #bytes = Buffer.allocUnsafeSlow(initialCapacity);
  #length = 0;

  /** What has been written since the last `clear`; valid until something else is. */
  get written(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  get length(): number {
    return this.#length;
  }

  clear(): void {
    this.#length = 0;
    if (this.#bytes.length > keptCapacity) this.#bytes = Buffer.allocUnsafeSlow(initialCapacity);
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed + margin, this.#bytes.length * 2));
    grown.set(this.written);
    this.#bytes = grown;
  }

  #varint(value: number): void {
    const bytes = this.#bytes;
    let at = this.#length;
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes[at++] = (rest & 0x7f) | 0x80;
    bytes[at++] = rest;
    this.#length = at;
  }

  #word(value: number): void {
    const bytes = this.#bytes;
    const at = this.#length;
    bytes[at] = value;
    bytes[at + 1] = value >>> 8;
    bytes[at + 2] = value >>> 16;
    bytes[at + 3] = value >>> 24;
    this.#length = at + 4;
  }

  /** A field's number and wire type, with room for a value of so many bytes. */
  #tag(field: number, type: number, room: number): void {
    this.#reserve(10 + room);
    this.#varint((field << 3) | type);
  }

  /** @param value from 0 to 2⁵³ */
  uint(field: number, value: number): void {
    this.#tag(field, wire.varint, 10);
    this.#varint(value);
  }

  /** @param value a whole number within 64 bits */
  int(field: number, value: number): void {
    if (value >= 0 && value <= Number.MAX_SAFE_INTEGER) {
      this.uint(field, value);
      return;
    }
    this.#tag(field, wire.varint, 10);
    let rest = BigInt.asUintN(64, BigInt(value));
    for (; rest >= 0x80n; rest >>= 7n) this.#bytes[this.#length++] = Number(rest & 0x7fn) | 0x80;
    this.#bytes[this.#length++] = Number(rest);
  }

  double(field: number, value: number): void {
    this.#tag(field, wire.fixed64, 8);
    this.#length = this.#bytes.writeDoubleLE(value, this.#length);
  }

  fixed32(field: number, value: number): void {
    this.#tag(field, wire.fixed32, 4);
    this.#word(value);
  }

  /** @param time seconds and nanoseconds, written as nanoseconds, which are more than a number holds. */
  nanoseconds(field: number, time: readonly [seconds: number, nanoseconds: number]): void {
    const seconds = time[0];
    const nanoseconds = time[1];
    const upper = Math.floor(seconds / 0x1_0000) * 1e9;
    const lower = (upper % 0x1_0000) * 0x1_0000 + (seconds % 0x1_0000) * 1e9 + nanoseconds;
    this.#tag(field, wire.fixed64, 8);
    this.#word(lower % 2 ** 32);
    this.#word(Math.floor(upper / 0x1_0000) + Math.floor(lower / 2 ** 32));
  }

  /** @param digits hexadecimal, two for a byte */
  hex(field: number, digits: string): void {
    const count = digits.length / 2;
    this.#tag(field, wire.lengthDelimited, count);
    this.#varint(count);
    this.#length += this.#bytes.write(digits, this.#length, "hex");
  }

  text(field: number, text: string): void {
    const bytesMax = text.length * 3;
    this.#tag(field, wire.lengthDelimited, bytesMax);
    if (bytesMax >= 0x80) {
      this.#varint(Buffer.byteLength(text));
      this.#length += this.#bytes.write(text, this.#length);
      return;
    }
    // Its length is one byte, whatever is in it: so the text can be written first, and need not be measured before.
    const length = this.#bytes.write(text, this.#length + 1);
    this.#bytes[this.#length] = length;
    this.#length += 1 + length;
  }

  /** Fields that another writer has written. */
  raw(fields: Uint8Array): void {
    this.#reserve(fields.length);
    this.#bytes.set(fields, this.#length);
    this.#length += fields.length;
  }

  /** Begins a message within this one. @returns what {@link end} takes when all its fields are written. */
  begin(field: number): number {
    this.#tag(field, wire.lengthDelimited, 1);
    this.#length += 1;
    return this.#length;
  }

  /** Its length goes before it: a message of more than 127 bytes has to be moved for that. */
  end(start: number): void {
    const length = this.#length - start;
    const more = varintLength(length) - 1;
    this.#reserve(more);
    if (more > 0) this.#bytes.copyWithin(start + more, start, this.#length);
    this.#length = start - 1;
    this.#varint(length);
    this.#length += length;
  }
}
