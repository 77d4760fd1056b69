const scratch = Buffer.alloc(16);

/** 32 random bits, as cheap as they come: ids must be distinct, and are no secret. OpenTelemetry's SDK does the same. */
export function randomWord(): number {
  return (Math.random() * 2 ** 32) | 0;
}

/** 32 hexadecimal digits, random but for this: the exclusive or of their four 32-bit words is `fold`. */
export function createTraceId(fold: number): string {
  const a = randomWord();
  const b = randomWord();
  const c = randomWord();
  scratch.writeInt32BE(a, 0);
  scratch.writeInt32BE(b, 4);
  scratch.writeInt32BE(c, 8);
  scratch.writeInt32BE(a ^ b ^ c ^ fold, 12);
  return scratch.toString("hex");
}

/** A span's id: 16 random hexadecimal digits. */
export function createSpanId(): string {
  scratch.writeInt32BE(randomWord(), 0);
  scratch.writeInt32BE(randomWord(), 4);
  return scratch.toString("hex", 0, 8);
}
