import type { Diagnostic, TextRange } from "../../base/diagnostic.ts";
import type { AgentRequest } from "../../model/request.ts";
import type { Verdict } from "../../model/verdict.ts";

/** Where requests of policy tests come from: nothing of the machine that runs the tests has a say in them. */
export const testWorkspace = "/workspace";
export const testHome = "/home/user";

/** What a case demands of the decision. A missing member demands nothing. */
export interface Expectation {
  readonly verdict: Verdict;
  /** A rule that decided: a JSON pointer into the policy, `baseline:` and a pointer, or `file:line`. */
  readonly rule?: string;
  /** Operations that the request must amount to, among others. */
  readonly actions?: readonly string[];
  /** A part of the reason. */
  readonly reason?: string;
}

/** One request of a `*.test.yaml` with what must become of it. Paths are absolute. */
export interface PolicyTestCase {
  readonly name: string;
  /** Where the name is written. */
  readonly range: TextRange;
  readonly request: AgentRequest;
  readonly task?: { readonly name: string; readonly range: TextRange };
  /** Contents by path: all that lies on the machine. */
  readonly files: ReadonlyMap<string, string>;
  readonly environment: ReadonlyMap<string, string>;
  readonly expect: Expectation;
  readonly because?: string;
}

/** The policy that a test file speaks of. */
export type TestedPolicy =
  /** Written in the test file itself; `text` has the places of that file. */
  | { readonly kind: "inline"; readonly text: string }
  | { readonly kind: "file"; readonly path: string; readonly range: TextRange };

export interface PolicyTestFile {
  readonly file: string;
  /** Undefined where the policy lies beside the test file. */
  readonly policy?: TestedPolicy;
  readonly cases: readonly PolicyTestCase[];
}

export interface ReadTestFile {
  /** Missing exactly when there is a diagnostic. */
  readonly tests?: PolicyTestFile;
  readonly diagnostics: readonly Diagnostic[];
}
