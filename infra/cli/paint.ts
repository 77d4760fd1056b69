/** ANSI's codes, by what they say. */
const codes = { good: 32, bad: 31, warn: 33, busy: 36, quiet: 2, strong: 1 } as const;

export type Tone = keyof typeof codes;
export type Paint = (tone: Tone, text: string) => string;

/** Colours for a terminal; without, the text as it is. */
export function createPaint({ colours }: { readonly colours: boolean }): Paint {
  return (tone, text) => (colours && text !== "" ? `\u001B[${codes[tone]}m${text}\u001B[0m` : text);
}

/** Whether colours are wanted where text goes: https://no-color.org. */
export function wantsColours(options: {
  readonly terminal: boolean;
  readonly noColor: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}): boolean {
  const { terminal, noColor, env } = options;
  return terminal && !noColor && !env.NO_COLOR && env.TERM !== "dumb";
}
