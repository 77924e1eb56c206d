/** The language server for policies: one process per editor, started when the first policy is opened. */
import { readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import {
  CodeActionKind,
  CompletionItemKind,
  createConnection,
  DiagnosticSeverity,
  MarkupKind,
  ProposedFeatures,
  TextDocuments,
  TextDocumentSyncKind,
  type CodeAction,
  type CompletionItem,
  type Diagnostic as WireDiagnostic,
  type InitializeResult,
  type Range,
} from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import type { Diagnostic, Severity, TextRange } from "../base/diagnostic.ts";
import { packagedCatalogue } from "../boundary/files/packaged.ts";
import { adapters } from "../boundary/hooks/registry.ts";
import { complete, type Completion, type CompletionKind } from "./complete.ts";
import { hover } from "./hover.ts";
import { checkPolicy } from "./policy-check.ts";
import { workspaceOfPolicy } from "./policy-files.ts";

/** Typing is checked once it pauses for this long, in ms. */
const pauseMs = 150;
/** Most files of a workspace that are offered. */
const fileLimit = 2000;

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

const connection = createConnection(ProposedFeatures.all);
const documents = new TextDocuments(TextDocument);
const timers = new Map<string, NodeJS.Timeout>();
/** What was found last, by document: quick fixes come from it. */
const found = new Map<string, readonly Diagnostic[]>();
/** What was offered last: its documentation is made when somebody looks at one of them. */
let offered: readonly Completion[] = [];

connection.onInitialize((): InitializeResult => ({
  serverInfo: { name: "signalbox" },
  capabilities: {
    textDocumentSync: TextDocumentSyncKind.Incremental,
    completionProvider: { triggerCharacters: [":", " ", "-", '"', "/", "["], resolveProvider: true },
    hoverProvider: true,
    codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix] },
  },
}));

documents.onDidChangeContent(({ document }) => {
  clearTimeout(timers.get(document.uri));
  timers.set(
    document.uri,
    setTimeout(() => publish(document), pauseMs),
  );
});

documents.onDidClose(({ document }) => {
  clearTimeout(timers.get(document.uri));
  timers.delete(document.uri);
  found.delete(document.uri);
  void connection.sendDiagnostics({ uri: document.uri, diagnostics: [] });
});

connection.onCompletion(({ textDocument, position }) => {
  const document = documents.get(textDocument.uri);
  if (document === undefined) {
    return [];
  }
  const workspace = workspaceOfPolicy(pathOf(document.uri)) ?? "/";
  offered = complete(document.getText(), document.offsetAt(position), {
    vocabulary: packagedCatalogue(),
    files: () => filesBelow(workspace),
    agents: adapters.map(({ id }) => id),
  });
  return offered.map((completion, index) => itemOf(completion, index, document));
});

connection.onCompletionResolve((item) => {
  const completion = offered[item.data as number];
  const value = completion?.label === item.label ? completion.documentation() : "";
  return value === "" ? item : { ...item, documentation: { kind: MarkupKind.Markdown, value } };
});

connection.onHover(({ textDocument, position }) => {
  const document = documents.get(textDocument.uri);
  const told =
    document === undefined
      ? undefined
      : hover(document.getText(), document.offsetAt(position), packagedCatalogue());
  return document === undefined || told === undefined
    ? null
    : {
        contents: { kind: MarkupKind.Markdown, value: told.markdown },
        range: { start: document.positionAt(told.start), end: document.positionAt(told.end) },
      };
});

connection.onCodeAction(({ textDocument, range }) =>
  (found.get(textDocument.uri) ?? []).flatMap((diagnostic): readonly CodeAction[] =>
    diagnostic.fix === undefined || !touches(rangeOf(diagnostic.range), range)
      ? []
      : [
          {
            title: capitalised(diagnostic.fix.title),
            kind: CodeActionKind.QuickFix,
            isPreferred: true,
            diagnostics: [wireOf(diagnostic)],
            edit: {
              changes: {
                [textDocument.uri]: diagnostic.fix.edits.map((edit) => ({
                  range: rangeOf(edit.range),
                  newText: edit.text,
                })),
              },
            },
          },
        ],
  ),
);

documents.listen(connection);
connection.listen();

function publish(document: TextDocument): void {
  timers.delete(document.uri);
  const file = pathOf(document.uri);
  const workspace = workspaceOfPolicy(file);
  if (workspace === undefined) {
    return;
  }
  const diagnostics = checkPolicy({ file, text: document.getText(), workspace });
  found.set(document.uri, diagnostics);
  void connection.sendDiagnostics({
    uri: document.uri,
    version: document.version,
    diagnostics: diagnostics.map(wireOf),
  });
}

function wireOf({ range, severity, code, message, help }: Diagnostic): WireDiagnostic {
  return {
    range: rangeOf(range),
    severity: severities[severity],
    code,
    source: "signalbox",
    message: help === "" ? message : `${message}\n${help}`,
  };
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

function itemOf(completion: Completion, index: number, document: TextDocument): CompletionItem {
  const { label, kind, detail, start, end, text } = completion;
  return {
    label,
    kind: itemKinds[kind],
    detail,
    // The editor filters by what is in the range, so a half-typed word still finds its operation.
    filterText: label,
    textEdit: {
      range: { start: document.positionAt(start), end: document.positionAt(end) },
      newText: text,
    },
    data: index,
  };
}

/** Files that a policy may want to name, hidden ones as well, without what tools made. */
function filesBelow(workspace: string): readonly string[] {
  const files: string[] = [];
  const folders = [workspace];
  for (
    let folder = folders.shift();
    folder !== undefined && files.length < fileLimit;
    folder = folders.shift()
  ) {
    try {
      for (const entry of readdirSync(folder, { withFileTypes: true })) {
        const path = join(folder, entry.name);
        if (entry.isDirectory() && !/^(?:node_modules|\.git|dist|target|\.venv)$/.test(entry.name)) {
          folders.push(path);
        } else if (entry.isFile()) {
          files.push(relative(workspace, path).replaceAll("\\", "/"));
        }
      }
    } catch {
      // What cannot be listed is not offered.
    }
  }
  return files;
}

function pathOf(uri: string): string {
  return uri.startsWith("file:") ? fileURLToPath(uri) : "";
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
