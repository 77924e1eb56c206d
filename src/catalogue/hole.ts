/**
 * Stands in a text for a part that is not known before it runs. It is a character that no command line needs (object
 * replacement); one that is written by somebody only makes its text unknown, which is the strict side.
 */
export const hole = "\uFFFC";

export function isWhole(text: string): boolean {
  return !text.includes(hole);
}
