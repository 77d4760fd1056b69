import { pageLimits } from "../../catalogue/status-page.ts";
import type { SafeHtml } from "../html.ts";

/** A part of the page that is replaced as a whole when it has changed. */
export interface Section {
  /** Of its element in the page, and the name of its event in the stream. */
  readonly id: string;
  readonly html: SafeHtml;
}

/** What others wrote may be of any length. */
export function cutText(text: string, characters: number = pageLimits.textCharacters): string {
  return text.length <= characters ? text : `${text.slice(0, characters - 1).toWellFormed()}…`;
}
