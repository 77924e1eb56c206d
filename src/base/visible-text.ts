/**
 * Text that an agent wrote, made safe to judge by eye: nothing in it may hide, reorder, pad away or imitate.
 *
 * Marks are written `⟨U+202E right-to-left override⟩`. The brackets themselves are marked when they occur in the text, so
 * that a mark cannot be forged.
 */

const names: ReadonlyMap<number, string> = new Map([
  [0x00, "null"],
  [0x07, "bell"],
  [0x08, "backspace"],
  [0x0b, "vertical tab"],
  [0x0c, "form feed"],
  [0x0d, "carriage return"],
  [0x1b, "escape"],
  [0x7f, "delete"],
  [0x85, "next line"],
  [0xa0, "no-break space"],
  [0xad, "soft hyphen"],
  [0x061c, "arabic letter mark"],
  [0x200b, "zero-width space"],
  [0x200c, "zero-width non-joiner"],
  [0x200d, "zero-width joiner"],
  [0x200e, "left-to-right mark"],
  [0x200f, "right-to-left mark"],
  [0x2028, "line separator"],
  [0x2029, "paragraph separator"],
  [0x202a, "left-to-right embedding"],
  [0x202b, "right-to-left embedding"],
  [0x202c, "pop directional formatting"],
  [0x202d, "left-to-right override"],
  [0x202e, "right-to-left override"],
  [0x2060, "word joiner"],
  [0x2066, "left-to-right isolate"],
  [0x2067, "right-to-left isolate"],
  [0x2068, "first strong isolate"],
  [0x2069, "pop directional isolate"],
  [0x3164, "hangul filler"],
  [0xfeff, "byte order mark"],
]);

/** Everything that takes no ink, or that changes how its neighbours are drawn; new line and tab are handled apart. */
const unseen =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800\u{27e8}\u{27e9}]|(?! )\p{Zs}/u;

const stackedMarks = /\p{M}/u;
const word = /[\p{L}\p{N}\p{M}]+/gu;
const asciiLetter = /[A-Za-z]/;
/** Scripts and forms with letters that are drawn like Latin ones. */
const lookalike =
  /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}\u{ff00}-\u{ffef}\u{1d400}-\u{1d7ff}]/u;

/** Small letters of other scripts that nobody can tell from Latin ones, whole words of which may be there to deceive. */
const twins = /^[асеорхуіјѕһԁԛԝӏνοαρ]+$/u;

const longestRunOfSpaces = 8;
const longestRunOfLines = 2;

/** The text with every hidden, reordering or imitating character marked; new lines are kept, runs are counted. */
export function makeVisible(text: string): string {
  const marked = markLookalikes(text);
  let shown = "";
  let combining = 0;
  for (const character of marked) {
    combining = stackedMarks.test(character) ? combining + 1 : 0;
    shown += combining > 2 ? mark(character) : showCharacter(character);
  }
  return countRuns(shown);
}

/** The same on one line: new lines are drawn as `⏎`. */
export function makeVisibleLine(text: string): string {
  return onOneLine(makeVisible(text));
}

/** Draws the new lines of an already visible text as `⏎`. */
export function onOneLine(visible: string): string {
  return visible.trim().replace(/\s*\n\s*/g, " ⏎ ");
}

/**
 * One visible line for places where the editor reads more than text: status bar and pick lists draw `$(icon)`, notifications
 * make `[words](command:…)` a button. Both are taken apart.
 */
export function makePlainLine(text: string): string {
  return makeVisibleLine(text).replace(/\$\(/g, "$ (").replace(/\]\(/g, "] (");
}

function showCharacter(character: string): string {
  if (character === "\n") {
    return "\n";
  }
  if (character === "\t") {
    return "  ";
  }
  if (character === openPlaceholder) {
    return "⟨";
  }
  if (character === closePlaceholder) {
    return "⟩";
  }
  return unseen.test(character) ? mark(character) : character;
}

function mark(character: string): string {
  const point = character.codePointAt(0) ?? 0;
  const name = names.get(point);
  return `⟨${codePoint(point)}${name === undefined ? "" : ` ${name}`}⟩`;
}

function codePoint(point: number): string {
  return `U+${point.toString(16).toUpperCase().padStart(4, "0")}`;
}

// Two noncharacters stand for our own brackets between the two passes; the same characters in the input are marked first.
const openPlaceholder = "\u{ffff}";
const closePlaceholder = "\u{fffe}";

/**
 * In words that mix Latin letters with look-alikes of other scripts, names the foreign ones. Whole foreign words are left, but
 * for those that could be read as Latin ones letter by letter.
 */
function markLookalikes(text: string): string {
  const own = text.replace(/[\u{fffe}\u{ffff}]/gu, "\u{fffd}");
  return own.replace(word, (token) => {
    if (!lookalike.test(token) || !(asciiLetter.test(token) || twins.test(token))) {
      return token;
    }
    let out = "";
    for (const character of token) {
      const point = character.codePointAt(0) ?? 0;
      out += lookalike.test(character)
        ? `${character}${openPlaceholder}${codePoint(point)}${closePlaceholder}`
        : character;
    }
    return out;
  });
}

function countRuns(text: string): string {
  return text
    .replace(/(⟨[^⟩]+⟩)\1+/g, (run, once: string) => `${once}×${run.length / once.length}`)
    .replace(/ +/g, (run) => (run.length > longestRunOfSpaces ? ` ⟨${run.length} spaces⟩ ` : run))
    .replace(/\n(?:[ ]*\n)+/g, (run) => {
      const count = run.split("\n").length - 1;
      return count > longestRunOfLines ? `\n⟨${count} line breaks⟩\n` : run;
    });
}

/** A part of a text, UTF-16 offsets, `end` exclusive. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/** Cuts at the end with an ellipsis; for texts that are already visible and on one line. */
export function shorten(text: string, most: number): string {
  if (text.length <= most) {
    return text;
  }
  const { end } = onCharacterBorders(text, { start: 0, end: most - 1 });
  return `${text.slice(0, end).trimEnd()}…`;
}

/** How much of a text a dialog shows: in rows of `columns` characters, and of each line at most `lineLength`. */
export interface FirstLinesBudget {
  readonly rows: number;
  readonly columns: number;
  readonly lineLength: number;
}

/** The first lines of a text made visible, as many as fit; says how many are left out. */
export function firstLines(text: string, { rows, columns, lineLength }: FirstLinesBudget): string {
  const lines = makeVisible(text).split("\n");
  const kept: string[] = [];
  let used = 0;
  for (const line of lines) {
    const shown = cutInside(line, lineLength);
    used += Math.max(1, Math.ceil(shown.length / columns));
    if (used > rows) {
      break;
    }
    kept.push(shown);
  }
  const more = lines.length - kept.length;
  return more > 0 ? [...kept, `⟨${more} more lines⟩`].join("\n") : kept.join("\n");
}

/** Characters at the end of a line that is cut: what becomes of what it speaks of often stands there. */
const keptAtEnd = 24;

/** Cuts out of the inside with an ellipsis, and keeps the last `atEnd` characters; for texts on one line. */
export function cutInside(line: string, most: number, atEnd: number = keptAtEnd): string {
  if (line.length <= most) {
    return line;
  }
  const { start } = onCharacterBorders(line, { start: line.length - atEnd, end: line.length });
  return `${shorten(line, most - atEnd)}${line.slice(start)}`;
}

const mostLines = 20;

/** A part of a text that must stay in view; looked for from a place on, UTF-16 offset, and before it where it is not behind. */
export interface Needle {
  readonly text: string;
  readonly from: number;
}

/**
 * The text made visible and cut so that it fits in a dialog, keeping the beginning, the end, and what surrounds the places
 * where one of `needles` occurs, the first needles first. What is left out is counted in a mark. `budget` is in UTF-16 units; marks may double it.
 */
export function cutMiddle(text: string, needles: readonly Needle[], budget: number): string {
  let shown = keep(text, needles, budget, makeVisible);
  // Marks take more room than what they stand for: rather less around each place than one place less.
  for (let less = budget / 2; shown.length > 2 * budget && less >= 40; less /= 2) {
    shown = keep(text, needles, Math.floor(less), makeVisible);
  }
  const again = needles.map((needle) => ({ text: makeVisible(needle.text), from: 0 }));
  const bounded = keep(shown, again, 2 * budget, (part) => part);
  return bounded.split("\n").length <= mostLines ? bounded : onOneLine(bounded);
}

function keep(
  text: string,
  needles: readonly Needle[],
  budget: number,
  show: (part: string) => string,
): string {
  return keptSpans(text, needles, budget)
    .map((span, index, spans) => {
      const before = span.start - (index === 0 ? 0 : (spans[index - 1]?.end ?? 0));
      return `${leftOut(before)}${show(text.slice(span.start, span.end))}`;
    })
    .join("");
}

function leftOut(count: number): string {
  return count <= 0 ? "" : `\n⟨${count} characters left out⟩\n`;
}

function keptSpans(text: string, needles: readonly Needle[], budget: number): readonly Span[] {
  if (text.length <= budget) {
    return [{ start: 0, end: text.length }];
  }
  const places = placesOf(text, needles);
  const share = Math.floor(budget / (places.length + 2));
  const wanted: Span[] = [
    { start: 0, end: share },
    ...places.map((place) => around(place, share, text.length)),
    { start: text.length - share, end: text.length },
  ];
  return merge(wanted.map((span) => onCharacterBorders(text, span)));
}

const mostPlaces = 6;

/** Where the needles are, as many as there is room for; those of one or two characters point nowhere useful. */
function placesOf(text: string, needles: readonly Needle[]): readonly Span[] {
  let places: readonly Span[] = [];
  for (const { text: needle, from } of needles) {
    const behind = needle.length < 3 ? -1 : text.indexOf(needle, from);
    const start = behind >= 0 || needle.length < 3 ? behind : text.indexOf(needle);
    const merged = start < 0 ? places : merge([...places, { start, end: start + needle.length }]);
    if (merged.length > mostPlaces) {
      break;
    }
    places = merged;
  }
  return places;
}

function around(place: Span, share: number, length: number): Span {
  const size = place.end - place.start;
  const margin = Math.max(0, Math.floor((share - size) / 2));
  const start = Math.max(0, place.start - margin);
  return { start, end: Math.min(length, start + Math.max(share, 40)) };
}

function merge(spans: readonly Span[]): readonly Span[] {
  const sorted = [...spans].sort((a, b) => a.start - b.start);
  const merged: Span[] = [];
  for (const span of sorted) {
    const last = merged.at(-1);
    if (last !== undefined && span.start <= last.end) {
      merged[merged.length - 1] = { start: last.start, end: Math.max(last.end, span.end) };
    } else {
      merged.push(span);
    }
  }
  return merged;
}

/** Moves a border that would split a surrogate pair, so that half a character is not shown as a broken one. */
function onCharacterBorders(text: string, span: Span): Span {
  const inPair = (at: number): boolean =>
    at > 0 && at < text.length && /[\uDC00-\uDFFF]/.test(text.charAt(at));
  return {
    start: inPair(span.start) ? span.start - 1 : span.start,
    end: inPair(span.end) ? span.end - 1 : span.end,
  };
}
