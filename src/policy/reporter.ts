import type { Diagnostic, Fix, TextRange } from "../base/diagnostic.ts";
import { policyCodes, type PolicyCode } from "./codes.ts";

const maximumDiagnostics = 100;

/** What is said of one place. The severity is the code's own. */
export interface Finding {
  readonly code: PolicyCode;
  readonly message: string;
  /** What to do about it. */
  readonly help: string;
  readonly fix?: Fix;
}

/** Collects the diagnostics of one file: a bounded number of them, each in one line, none without an error's sight. */
export class Reporter {
  readonly diagnostics: Diagnostic[] = [];
  readonly #file: string;
  #errors = 0;

  constructor(file: string) {
    this.#file = file;
  }

  /** True once what is found is hardly shown to anybody: effort for suggestions is wasted from there on. */
  get isFull(): boolean {
    return this.diagnostics.length >= maximumDiagnostics;
  }

  get hasErrors(): boolean {
    return this.#errors > 0;
  }

  report({ code, message, help, fix }: Finding, range: TextRange): void {
    const { severity } = policyCodes[code];
    // An error is never dropped for warnings that came before it.
    if (this.isFull && (severity !== "error" || this.hasErrors)) {
      return;
    }
    this.#errors += severity === "error" ? 1 : 0;
    this.diagnostics.push({
      code,
      severity,
      message: oneLine(message),
      help: oneLine(help),
      file: this.#file,
      range,
      ...(fix === undefined ? {} : { fix }),
    });
  }
}

function oneLine(text: string): string {
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ");
}
