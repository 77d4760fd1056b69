/** A terminal whose last line may be one that is written over. */
export interface Screen {
  /** Shows this in the last line, in the place of what was there; an empty text takes it away. */
  progress(text: string): void;
  /** Writes whole lines above it. */
  write(lines: string): void;
}

const usualColumns = 80;
const eraseLine = "\r\u001b[K";

export function createScreen(stream: Pick<NodeJS.WriteStream, "write" | "columns">): Screen {
  let shown = "";

  function show(text: string): void {
    // One that is too long would go on in the next line, and only the last of them would be written over.
    const room = (stream.columns || usualColumns) - 1;
    shown = text.length > room ? `${text.slice(0, room - 1)}…` : text;
    if (shown !== "") stream.write(shown);
  }
  function hide(): void {
    if (shown !== "") stream.write(eraseLine);
  }

  return {
    progress(text) {
      hide();
      show(text);
    },
    write(lines) {
      const kept = shown;
      hide();
      stream.write(lines);
      show(kept);
    },
  };
}
