/**
 * Text from elsewhere, on one line of a terminal: a control character could move the cursor, change colours or the
 * window's title, and one that turns the direction of writing could make a text look like another.
 */
export function printable(text: string): string {
  return text
    .replace(/\s+/gu, " ")
    .replace(/[\p{Cc}\p{Cs}\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/gu, "\uFFFD")
    .trim();
}
