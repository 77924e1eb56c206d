/** Unchanged lines that are shown around a change. */
const contextLines = 3;

/** Most comparisons of single lines; what would take more is shown as one change. */
const mostComparisons = 4_000_000;

interface Line {
  readonly mark: " " | "-" | "+";
  readonly text: string;
  /** Number of the line in each of both texts, from 1; of the next one where the line is not in that text. */
  readonly before: number;
  readonly after: number;
}

/**
 * What changed between two texts, as `diff -u` writes it: hunks that start with `@@ -line +line @@`, and lines that start
 * with a space, `-` or `+`. Empty where the texts are equal.
 */
export function lineDiff(before: string, after: string): readonly string[] {
  const lines = markedLines(linesOf(before), linesOf(after));
  const shown = lines.map((_, index) => isNearChange(lines, index));
  return lines.flatMap((line, index) => {
    if (shown[index] !== true) {
      return [];
    }
    const written = `${line.mark}${line.text}`;
    return shown[index - 1] === true ? [written] : [`@@ -${line.before} +${line.after} @@`, written];
  });
}

function linesOf(text: string): readonly string[] {
  return text === "" ? [] : text.replace(/\r?\n$/, "").split(/\r?\n/);
}

function isNearChange(lines: readonly Line[], index: number): boolean {
  return lines
    .slice(Math.max(0, index - contextLines), index + contextLines + 1)
    .some(({ mark }) => mark !== " ");
}

function markedLines(before: readonly string[], after: readonly string[]): readonly Line[] {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) {
    start += 1;
  }
  let end = 0;
  while (end < most - start && before[before.length - 1 - end] === after[after.length - 1 - end]) {
    end += 1;
  }
  const marks = [
    ...Array<Line["mark"]>(start).fill(" "),
    ...changedMarks(before.slice(start, before.length - end), after.slice(start, after.length - end)),
    ...Array<Line["mark"]>(end).fill(" "),
  ];
  let [old, now] = [0, 0];
  return marks.map((mark) => {
    const text = (mark === "+" ? after[now] : before[old]) ?? "";
    const line = { mark, text, before: old + 1, after: now + 1 };
    old += mark === "+" ? 0 : 1;
    now += mark === "-" ? 0 : 1;
    return line;
  });
}

/** By the longest common subsequence; what goes is told before what comes. */
function changedMarks(before: readonly string[], after: readonly string[]): readonly Line["mark"][] {
  const width = after.length + 1;
  if (before.length * after.length > mostComparisons) {
    return [...before.map(() => "-" as const), ...after.map(() => "+" as const)];
  }
  /** Length of the longest common subsequence of what follows, by place in both. */
  const lengths = new Uint32Array((before.length + 1) * width);
  for (let i = before.length - 1; i >= 0; i -= 1) {
    for (let j = after.length - 1; j >= 0; j -= 1) {
      const [down, right, across] = [
        lengths[(i + 1) * width + j],
        lengths[i * width + j + 1],
        lengths[(i + 1) * width + j + 1],
      ];
      lengths[i * width + j] = before[i] === after[j] ? (across ?? 0) + 1 : Math.max(down ?? 0, right ?? 0);
    }
  }
  const marks: Line["mark"][] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i] === after[j]) {
      marks.push(" ");
      i += 1;
      j += 1;
    } else if (
      j >= after.length ||
      (i < before.length && (lengths[(i + 1) * width + j] ?? 0) >= (lengths[i * width + j + 1] ?? 0))
    ) {
      marks.push("-");
      i += 1;
    } else {
      marks.push("+");
      j += 1;
    }
  }
  return marks;
}
