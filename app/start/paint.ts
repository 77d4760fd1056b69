import { styleText } from "node:util";

export type Style = "bold" | "dim" | "green" | "yellow" | "red" | "cyan";

/** What stands where there is nothing to tell. */
export const nothing = "–";

/** Gives a text a colour, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string;

export const plain: Paint = (_style, text) => text;

/** In colours when the stream is a terminal, unless NO_COLOR (https://no-color.org) or its terminal has none. */
export function createPaint(stream: NodeJS.WriteStream): Paint {
  return (style, text) => styleText(style, text, { stream });
}

/** What comes from elsewhere, such as a message of ComfyUI's, must not move the cursor or change the terminal. */
export function showControls(text: string): string {
  return text.replace(/[^\P{Cc}\n]/gu, (control) => `\\x${control.charCodeAt(0).toString(16).padStart(2, "0")}`);
}
