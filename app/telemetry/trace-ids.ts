const scratch = Buffer.alloc(16);

/** 32 random bits, as cheap as they come: ids must be distinct, and are no secret. OpenTelemetry's SDK does the same. */
export function randomWord(): number {
  return (Math.random() * 2 ** 32) | 0;
}

/** A trace's id: 32 hexadecimal digits of four words, big end first. */
export function renderTraceId(a: number, b: number, c: number, d: number): string {
  scratch.writeInt32BE(a, 0);
  scratch.writeInt32BE(b, 4);
  scratch.writeInt32BE(c, 8);
  scratch.writeInt32BE(d, 12);
  return scratch.toString("hex");
}

/** A span's id: 16 random hexadecimal digits. */
export function createSpanId(): string {
  scratch.writeInt32BE(randomWord(), 0);
  scratch.writeInt32BE(randomWord(), 4);
  return scratch.toString("hex", 0, 8);
}
