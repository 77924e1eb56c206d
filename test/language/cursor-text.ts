/** A text with `▮` where the cursor stands. */
export function cursorText(marked: string): { readonly text: string; readonly offset: number } {
  const offset = marked.indexOf("▮");
  if (offset < 0 || marked.indexOf("▮", offset + 1) >= 0) {
    throw new Error(`one cursor is needed: ${marked}`);
  }
  return { text: marked.replace("▮", ""), offset };
}
