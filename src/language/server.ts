/** The language server for policies: one process per editor window, started when the first policy is opened or found. */
import { homedir } from "node:os";
import { dirname, resolve } from "node:path";
import {
  CodeActionKind,
  CodeLensRefreshRequest,
  createConnection,
  MarkupKind,
  ProposedFeatures,
  TextDocuments,
  TextDocumentSyncKind,
  type InitializeParams,
  type InitializeResult,
} from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import { testSchema } from "../boundary/policy-tests/test-schema.ts";
import { policySchema } from "../policy/schema.ts";
import { adapters } from "../boundary/hooks/registry.ts";
import { openApproverKeys, type ApproverKeys } from "../broker/approver-keys.ts";
import { placesOf, stateDirectory } from "../broker/places.ts";
import { Approvals } from "./approval.ts";
import { complete, type Completion } from "./complete.ts";
import { formatPolicy } from "./format.ts";
import { hover } from "./hover.ts";
import { looseEntry, looseTree } from "./loose-tree.ts";
import { OpenPolicies, type OpenPolicy } from "./open-policies.ts";
import { pageOf } from "./pages.ts";
import { vocabularyOf } from "./policy-check.ts";
import { Problems } from "./problems.ts";
import { RecordedUses } from "./recorded-use.ts";
import { Lenses } from "./serve-lenses.ts";
import { serveNames } from "./serve-names.ts";
import { symbolsOf } from "./symbols.ts";
import {
  approveAction,
  pathOf,
  quickFixes,
  spanRange,
  wireCompletion,
  wireDiagnostic,
  wireSymbols,
  withNextOffer,
} from "./wire.ts";
import { extendableFrom, filesBelow } from "./workspace-files.ts";

const connection = createConnection(ProposedFeatures.all);
const documents = new TextDocuments(TextDocument);
const open = new OpenPolicies(documents);
let canRefreshLenses = false;
let hasCommands = false;
const uses = new RecordedUses(refreshLenses, homedir());
const lenses = new Lenses(open, uses, new Approvals(homedir()));
/** What was offered last: its documentation is made when somebody looks at one of them. */
let offered: readonly Completion[] = [];
let folders: readonly string[] = [];

const problems = new Problems({
  reader: () => ({ home: homedir(), enrolled: approvers().flatMap(({ name, keyId }) => [name, keyId]) }),
  open: (file) => open.document(file),
  publish: (file, version, diagnostics) =>
    void connection.sendDiagnostics({
      uri: open.uri(file),
      ...(version === undefined ? {} : { version }),
      diagnostics: diagnostics.map((each) => wireDiagnostic(each, pageOf(each.code))),
    }),
  failed: (file, error) => connection.console.error(`${file}: ${String(error)}`),
});

connection.onInitialize((params: InitializeParams): InitializeResult => {
  const { workspaceFolders, capabilities } = params;
  const options: unknown = params.initializationOptions;
  hasCommands = typeof options === "object" && options !== null && "commands" in options;
  folders = (workspaceFolders ?? []).map(({ uri }) => pathOf(uri)).filter((path) => path !== "");
  canRefreshLenses = capabilities.workspace?.codeLens?.refreshSupport === true;
  return {
    serverInfo: { name: "signalbox" },
    capabilities: {
      textDocumentSync: TextDocumentSyncKind.Incremental,
      workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
      completionProvider: { triggerCharacters: [":", " ", "-", '"', "/", "["], resolveProvider: true },
      hoverProvider: true,
      codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix, CodeActionKind.Source] },
      codeLensProvider: {},
      definitionProvider: true,
      referencesProvider: true,
      renameProvider: { prepareProvider: true },
      documentSymbolProvider: true,
      documentFormattingProvider: true,
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
documents.onDidSave(() => refreshLenses());

connection.onCompletion(({ textDocument, position }) => {
  const written = open.governed(textDocument.uri);
  if (written === undefined || written.kind === "catalogue") {
    return [];
  }
  const { document, workspace, text, file } = written;
  offered = complete(text, document.offsetAt(position), {
    vocabulary: vocabularyOf(workspace),
    files: () => filesBelow(workspace),
    agents: adapters.map(({ id }) => id),
    approvers: approvers().map(({ name }) => name),
    extendable: () => extendableFrom(file, workspace),
    ...(written.kind === "tests" ? { tests: { schema: testSchema, policy: testedPolicy(written) } } : {}),
  });
  const items = offered.map((completion, index) => wireCompletion(completion, index, document));
  return hasCommands ? items.map(withNextOffer) : items;
});

connection.onCompletionResolve((item) => {
  const completion = offered[item.data as number];
  const value = completion?.label === item.label ? completion.documentation() : "";
  return value === "" ? item : { ...item, documentation: { kind: MarkupKind.Markdown, value } };
});

connection.onHover(async ({ textDocument, position }) => {
  const policy = open.governed(textDocument.uri);
  if (policy === undefined || policy.kind === "catalogue") {
    return null;
  }
  const { document, workspace, text } = policy;
  const offset = document.offsetAt(position);
  const isPolicy = policy.kind === "policy";
  const told = hover(text, offset, vocabularyOf(workspace), isPolicy ? policySchema : testSchema);
  if (told === undefined) {
    return null;
  }
  const range = spanRange(document, told);
  const rule = isPolicy ? lenses.at(policy, offset) : "";
  const recorded = told.operation === undefined ? "" : await uses.operationText(workspace, told.operation);
  const value = [told.markdown, recorded, rule === "" ? "" : `This rule ${rule}`]
    .filter((part) => part !== "")
    .join("\n\n");
  return { contents: { kind: MarkupKind.Markdown, value }, range };
});

connection.onCodeAction(({ textDocument: { uri }, range }) => {
  const found = problems.of(pathOf(uri));
  const policy = open.at(uri);
  // Places of an older text would put the fix somewhere else.
  const fixes =
    found === undefined || found.text !== documents.get(uri)?.getText()
      ? []
      : quickFixes(uri, found.diagnostics, range);
  return hasCommands && policy !== undefined && lenses.waits(policy) ? [...fixes, approveAction] : [...fixes];
});

connection.onDocumentSymbol(({ textDocument }) => {
  const policy = open.at(textDocument.uri);
  return policy === undefined ? null : wireSymbols(symbolsOf(policy.text), policy.document);
});

connection.onDocumentFormatting(({ textDocument }) => {
  const policy = open.at(textDocument.uri);
  const edit = policy === undefined ? undefined : formatPolicy(policy.text);
  return policy === undefined || edit === undefined
    ? []
    : [{ range: spanRange(policy.document, edit), newText: edit.text }];
});

serveNames(connection, open, problems);
lenses.serve(connection, refreshLenses, () => hasCommands);
connection.onShutdown(() => {
  problems.dispose();
  lenses.dispose();
});

documents.listen(connection);
connection.listen();

/** The policy that a test file speaks of: its own, the one that it names, or the one beside it. */
function testedPolicy({ text, file }: OpenPolicy): string {
  const named = looseEntry(looseTree(text), "policy")?.value;
  if (named?.kind === "map") {
    return text.slice(named.start, named.end);
  }
  const beside = file.replace(/\.test(\.\w+)$/, "$1");
  const path = named?.kind === "scalar" && named.text !== "" ? resolve(dirname(file), named.text) : beside;
  return open.text(path) ?? "";
}

/** Those who can answer; none where their file cannot be read, which the broker tells of. */
function approvers(): ReturnType<ApproverKeys["list"]> {
  const keys = openApproverKeys(placesOf(stateDirectory(homedir())).approvers);
  return keys.ok ? keys.value.list() : [];
}

function refreshLenses(): void {
  if (canRefreshLenses) {
    // An editor that has gone meanwhile does not answer, and need not.
    connection.sendRequest(CodeLensRefreshRequest.type).catch(() => undefined);
  }
}
