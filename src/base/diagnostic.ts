/** A place in a text file. Lines and columns count from 1; offsets are UTF-16 code units from 0, `end` exclusive. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export type Severity = "error" | "warning" | "information";

export interface TextEdit {
  readonly range: TextRange;
  readonly text: string;
}

/** A change that would settle a diagnostic: pure data, which an editor can apply. Its edits do not overlap. */
export interface Fix {
  /** Lower-case start, no final period: "replace by `policies`". */
  readonly title: string;
  readonly edits: readonly TextEdit[];
}

/** Something to tell the author of a file. `code` is stable; `help` says what to do about it. */
export interface Diagnostic {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly help: string;
  readonly file: string;
  readonly range: TextRange;
  readonly fix?: Fix;
}

/** `file:line:column: message` as compilers print it, with the remedy on the next line. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const { file, range, severity, message, code, help } = diagnostic;
  return `${file}:${range.line}:${range.column}: ${severity}: ${message} [${code}]\n  help: ${help}`;
}
