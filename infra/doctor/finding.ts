/** What a check found out: a line, or several where it is many things. */
export type Finding =
  | { readonly state: "fine"; readonly found: string }
  | { readonly state: "warning"; readonly found: string; readonly mend: string }
  | { readonly state: "wrong"; readonly found: string; readonly mend: string };

export const fine = (found: string): Finding => ({ state: "fine", found });
/** The stack can run so, but somebody should know. */
export const warning = (found: string, mend: string): Finding => ({ state: "warning", found, mend });
/** The stack cannot run so. */
export const wrong = (found: string, mend: string): Finding => ({ state: "wrong", found, mend });

/** Why something that several checks build on is not known. */
export interface Trouble {
  readonly found: string;
  readonly mend: string;
}

/** Something that several checks build on. */
export type Known<T> = { readonly value: T } | { readonly trouble: Trouble };

/** The value, where it is known. */
export function whenKnown<T>(known: Known<T>): T | undefined {
  return "value" in known ? known.value : undefined;
}
