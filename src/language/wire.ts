import { fileURLToPath, pathToFileURL } from "node:url";
import {
  CodeActionKind,
  CompletionItemKind,
  DiagnosticSeverity,
  InsertTextMode,
  SymbolKind,
  type CodeAction,
  type CompletionItem,
  type Diagnostic as WireDiagnostic,
  type DocumentSymbol,
  type Range,
} from "vscode-languageserver/node";
import type { TextDocument } from "vscode-languageserver-textdocument";
import type { Diagnostic, Severity, TextRange } from "../base/diagnostic.ts";
import type { Completion, CompletionKind } from "./complete.ts";
import type { PolicySymbol } from "./symbols.ts";

/** The protocol's forms of what the language server finds. Its places count from 0, ours from 1. */

const severities: { readonly [S in Severity]: DiagnosticSeverity } = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
};

const itemKinds: { readonly [K in CompletionKind]: CompletionItemKind } = {
  key: CompletionItemKind.Property,
  operation: CompletionItemKind.Function,
  group: CompletionItemKind.Module,
  provider: CompletionItemKind.Class,
  effect: CompletionItemKind.Event,
  word: CompletionItemKind.EnumMember,
  name: CompletionItemKind.Value,
  file: CompletionItemKind.File,
};

const symbolKinds: { readonly [K in PolicySymbol["kind"]]: SymbolKind } = {
  section: SymbolKind.Namespace,
  rule: SymbolKind.Event,
  name: SymbolKind.Object,
  value: SymbolKind.Property,
};

/** Offsets in a text, UTF-16 code units from 0. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/** Empty where it is no file of this machine. */
export function pathOf(uri: string): string {
  try {
    return uri.startsWith("file:") ? fileURLToPath(uri) : "";
  } catch {
    return "";
  }
}

export function uriOf(path: string): string {
  return pathToFileURL(path).href;
}

export function spanRange(document: TextDocument, { start, end }: Span): Range {
  return { start: document.positionAt(start), end: document.positionAt(end) };
}

/** `page` is where the code is explained. */
export function wireDiagnostic(diagnostic: Diagnostic, page: string | undefined): WireDiagnostic {
  const { range, severity, code, message, help } = diagnostic;
  return {
    range: rangeOf(range),
    severity: severities[severity],
    code,
    ...(page === undefined ? {} : { codeDescription: { href: page } }),
    source: "signalbox",
    message: help === "" ? message : `${message}\n${help}`,
  };
}

/** Without a command: only an editor that said so has ours. */
export function wireCompletion(
  completion: Completion,
  index: number,
  document: TextDocument,
): CompletionItem {
  const { label, kind, detail, text } = completion;
  return {
    label,
    kind: itemKinds[kind],
    detail,
    // The editor filters by what is in the range, so a half-typed word still finds its operation.
    filterText: label,
    textEdit: { range: spanRange(document, completion), newText: text },
    // The text has its indentation already; an editor would add the line's own to every line of it.
    insertTextMode: InsertTextMode.asIs,
    data: index,
  };
}

export function wireSymbols(symbols: readonly PolicySymbol[], document: TextDocument): DocumentSymbol[] {
  return symbols.map(({ name, detail, kind, start, end, nameStart, nameEnd, children }) => ({
    name,
    detail,
    kind: symbolKinds[kind],
    range: spanRange(document, { start, end }),
    selectionRange: spanRange(document, { start: nameStart, end: nameEnd }),
    children: wireSymbols(children, document),
  }));
}

/** The same, and what may stand behind a key is offered at once. */
export function withNextOffer(item: CompletionItem): CompletionItem {
  return item.kind === itemKinds.key
    ? { ...item, command: { title: "", command: "editor.action.triggerSuggest" } }
    : item;
}

/** Asks a human to put the workspace's policy in force; the editor's dialog shows what exactly. */
export const approveAction: CodeAction = {
  title: "Approve this policy…",
  kind: CodeActionKind.Source,
  command: { title: "Approve Policy…", command: "signalbox.approvePolicy" },
};

/** The fixes of diagnostics that touch a range. */
export function quickFixes(
  uri: string,
  diagnostics: readonly Diagnostic[],
  range: Range,
): readonly CodeAction[] {
  return diagnostics.flatMap((diagnostic): readonly CodeAction[] =>
    diagnostic.fix === undefined || !touches(rangeOf(diagnostic.range), range)
      ? []
      : [
          {
            title: capitalised(diagnostic.fix.title),
            kind: CodeActionKind.QuickFix,
            isPreferred: true,
            diagnostics: [wireDiagnostic(diagnostic, undefined)],
            edit: {
              changes: {
                [uri]: diagnostic.fix.edits.map((edit) => ({
                  range: rangeOf(edit.range),
                  newText: edit.text,
                })),
              },
            },
          },
        ],
  );
}

function rangeOf({ line, column, endLine, endColumn }: TextRange): Range {
  return {
    start: { line: line - 1, character: column - 1 },
    end: { line: endLine - 1, character: endColumn - 1 },
  };
}

function touches(a: Range, b: Range): boolean {
  return a.start.line <= b.end.line && b.start.line <= a.end.line;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
