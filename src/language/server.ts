/** The language server for policies: one process per editor window, started when the first policy is opened or found. */
import {
  CodeActionKind,
  createConnection,
  MarkupKind,
  ProposedFeatures,
  TextDocuments,
  TextDocumentSyncKind,
  type InitializeParams,
  type InitializeResult,
} from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import { adapters } from "../boundary/hooks/registry.ts";
import { complete, type Completion } from "./complete.ts";
import { hover } from "./hover.ts";
import { pageOf } from "./pages.ts";
import { vocabularyOf } from "./policy-check.ts";
import { governedFile, type GovernedFile } from "./policy-files.ts";
import { Problems } from "./problems.ts";
import { pathOf, quickFixes, spanRange, uriOf, wireCompletion, wireDiagnostic } from "./wire.ts";
import { filesBelow } from "./workspace-files.ts";

const connection = createConnection(ProposedFeatures.all);
const documents = new TextDocuments(TextDocument);
/** What was offered last: its documentation is made when somebody looks at one of them. */
let offered: readonly Completion[] = [];
let folders: readonly string[] = [];

const problems = new Problems({
  open: (file) => openDocument(file),
  publish: (file, version, diagnostics) =>
    void connection.sendDiagnostics({
      uri: openDocument(file)?.uri ?? uriOf(file),
      ...(version === undefined ? {} : { version }),
      diagnostics: diagnostics.map((each) => wireDiagnostic(each, pageOf(each.code))),
    }),
  failed: (file, error) => connection.console.error(`${file}: ${String(error)}`),
});

connection.onInitialize(({ workspaceFolders }: InitializeParams): InitializeResult => {
  folders = (workspaceFolders ?? []).map(({ uri }) => pathOf(uri)).filter((path) => path !== "");
  return {
    serverInfo: { name: "signalbox" },
    capabilities: {
      textDocumentSync: TextDocumentSyncKind.Incremental,
      workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
      completionProvider: { triggerCharacters: [":", " ", "-", '"', "/", "["], resolveProvider: true },
      hoverProvider: true,
      codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix] },
    },
  };
});

connection.onInitialized(() => problems.folders(folders));

connection.onNotification(
  "workspace/didChangeWorkspaceFolders",
  ({ event }: { event: { added: readonly { uri: string }[] } }) =>
    problems.folders(event.added.map(({ uri }) => pathOf(uri))),
);

connection.onDidChangeWatchedFiles(({ changes }) =>
  changes.forEach(({ uri }) => problems.changed(pathOf(uri))),
);

documents.onDidChangeContent(({ document }) => problems.later(pathOf(document.uri)));
documents.onDidClose(({ document }) => problems.later(pathOf(document.uri)));

connection.onCompletion(({ textDocument, position }) => {
  const policy = policyAt(textDocument.uri);
  if (policy === undefined) {
    return [];
  }
  const { document, workspace } = policy;
  offered = complete(document.getText(), document.offsetAt(position), {
    vocabulary: vocabularyOf(workspace),
    files: () => filesBelow(workspace),
    agents: adapters.map(({ id }) => id),
  });
  return offered.map((completion, index) => wireCompletion(completion, index, document));
});

connection.onCompletionResolve((item) => {
  const completion = offered[item.data as number];
  const value = completion?.label === item.label ? completion.documentation() : "";
  return value === "" ? item : { ...item, documentation: { kind: MarkupKind.Markdown, value } };
});

connection.onHover(({ textDocument, position }) => {
  const policy = policyAt(textDocument.uri);
  if (policy === undefined) {
    return null;
  }
  const { document, workspace } = policy;
  const told = hover(document.getText(), document.offsetAt(position), vocabularyOf(workspace));
  return told === undefined
    ? null
    : {
        contents: { kind: MarkupKind.Markdown, value: told.markdown },
        range: spanRange(document, told),
      };
});

connection.onCodeAction(({ textDocument: { uri }, range }) => {
  const found = problems.of(pathOf(uri));
  // Places of an older text would put the fix somewhere else.
  return found === undefined || found.text !== documents.get(uri)?.getText()
    ? []
    : [...quickFixes(uri, found.diagnostics, range)];
});

connection.onShutdown(() => problems.dispose());

documents.listen(connection);
connection.listen();

interface OpenPolicy extends GovernedFile {
  readonly document: TextDocument;
  readonly file: string;
}

/** The policy that is open under an address; undefined for tests, catalogues, and what is no file of ours. */
function policyAt(uri: string): OpenPolicy | undefined {
  const document = documents.get(uri);
  const file = pathOf(uri);
  const governed = governedFile(file);
  return document === undefined || governed?.kind !== "policy" ? undefined : { ...governed, document, file };
}

/** Editors escape other characters in an address than we do, so the path is what counts. */
function openDocument(file: string): TextDocument | undefined {
  return documents.get(uriOf(file)) ?? documents.all().find(({ uri }) => pathOf(uri) === file);
}
