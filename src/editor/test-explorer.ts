import { dirname } from "node:path";
import {
  CancellationTokenSource,
  Disposable,
  Location,
  Position,
  Range,
  TestMessage,
  TestRunProfileKind,
  TestRunRequest,
  Uri,
  tests,
  workspace,
  type CancellationToken,
  type TestController,
  type TestItem,
  type TestItemCollection,
  type TestRun,
  type TestRunProfile,
} from "vscode";
import type { JsonObject } from "../base/json.ts";
import { governedFile, governedGlob } from "../language/policy-files.ts";
import type { Host } from "./host.ts";
import { reasonOf } from "./reason.ts";
import { shownFailure, type ListedCase, type ListedFile, type TestedCase } from "./test-explorer-report.ts";

/** Tests of policies: beside those, in `.governance`. */
const testGlob = "**/.governance/**/*.test.{yaml,yml,json}";
/** Editors write a file in several steps; it is looked at once it is quiet. */
const quietMs = 200;
const neverCancelled = new CancellationTokenSource().token;

/** The tests of policies in the editor's Test view. They are read and run by the command line, in a process of its own. */
export function testExplorer(host: Host): Disposable {
  const controller = tests.createTestController("signalbox.policyTests", "Signalbox Policies");
  const explorer = new TestExplorer(controller, host);
  return Disposable.from(controller, explorer);
}

class TestExplorer {
  readonly #controller: TestController;
  readonly #host: Host;
  readonly #profile: TestRunProfile;
  readonly #subscriptions: Disposable[];
  readonly #continuous = new Set<TestRunRequest>();
  readonly #changed = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #discovered: Promise<void> | undefined;
  #work: Promise<void> = Promise.resolve();

  constructor(controller: TestController, host: Host) {
    this.#controller = controller;
    this.#host = host;
    controller.resolveHandler = (item) => (item === undefined ? this.#discover() : this.#list([item]));
    controller.refreshHandler = () => this.#refresh();
    this.#profile = controller.createRunProfile(
      "Run",
      TestRunProfileKind.Run,
      (request, token) => this.#requested(request, token),
      true,
      undefined,
      true,
    );
    const watcher = workspace.createFileSystemWatcher(governedGlob);
    this.#subscriptions = [
      watcher,
      watcher.onDidCreate((uri) => this.#touched(uri)),
      watcher.onDidChange((uri) => this.#touched(uri)),
      watcher.onDidDelete((uri) => this.#touched(uri)),
      workspace.onDidOpenTextDocument(({ uri }) => this.#opened(uri)),
      workspace.onDidChangeWorkspaceFolders(() => void this.#refresh()),
    ];
    for (const { uri } of workspace.textDocuments) {
      this.#opened(uri);
    }
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#continuous.clear();
    Disposable.from(...this.#subscriptions).dispose();
  }

  /** Nobody looks for tests before the Test view is opened. */
  #discover(): Promise<void> {
    this.#discovered ??= this.#findAll().catch((error: unknown) => {
      this.#discovered = undefined;
      this.#host.log.error(`tests: ${reasonOf(error)}`);
    });
    return this.#discovered;
  }

  #refresh(): Promise<void> {
    this.#discovered = undefined;
    return this.#discover();
  }

  async #findAll(): Promise<void> {
    const found = await workspace.findFiles(testGlob, "**/node_modules/**");
    const names = new Set(found.map((uri) => uri.toString()));
    this.#controller.items.forEach((item) => {
      if (!names.has(item.id)) {
        this.#controller.items.delete(item.id);
      }
    });
    await this.#list(found.map((uri) => this.#fileItem(uri)));
  }

  #fileItem(uri: Uri): TestItem {
    const known = this.#controller.items.get(uri.toString());
    if (known !== undefined) {
      return known;
    }
    const item = this.#controller.createTestItem(uri.toString(), workspace.asRelativePath(uri), uri);
    item.canResolveChildren = true;
    this.#controller.items.add(item);
    return item;
  }

  #opened(uri: Uri): void {
    if (isTest(uri) && this.#controller.items.get(uri.toString()) === undefined) {
      void this.#list([this.#fileItem(uri)]);
    }
  }

  /** Reads the cases of files, so that they can be seen and run one by one. */
  async #list(items: readonly TestItem[]): Promise<void> {
    const [first] = items;
    if (first?.uri === undefined) {
      return;
    }
    const paths = items.flatMap(({ uri }) => (uri === undefined ? [] : [uri.fsPath]));
    try {
      const json = await this.#host.cli({
        args: ["test", "--list", ...paths],
        cwd: dirname(first.uri.fsPath),
      });
      for (const file of filesIn<ListedCase>(json)) {
        this.#showCases(file);
      }
    } catch (error) {
      first.error = reasonOf(error);
    }
  }

  #showCases(file: ListedFile): TestItem {
    const uri = Uri.file(file.file);
    const item = this.#fileItem(uri);
    item.error = file.diagnostics.map(({ message, help }) => `${message}\n${help}`).join("\n\n") || undefined;
    if (file.diagnostics.length === 0) {
      item.children.replace(
        file.cases.map((one) => {
          const id = idOf(item, one);
          const child = item.children.get(id) ?? this.#controller.createTestItem(id, one.name, uri);
          child.range = rangeOf(one);
          return child;
        }),
      );
    }
    return item;
  }

  async #requested(request: TestRunRequest, token: CancellationToken): Promise<void> {
    if (request.continuous !== true) {
      await this.#run(request, token);
      return;
    }
    this.#continuous.add(request);
    token.onCancellationRequested(() => this.#continuous.delete(request));
  }

  async #run(request: TestRunRequest, token: CancellationToken): Promise<void> {
    await this.#discover();
    const selection = selected(request, itemsOf(this.#controller.items));
    const run = this.#controller.createTestRun(request);
    const abort = new AbortController();
    const ending = Disposable.from(
      token.onCancellationRequested(() => abort.abort()),
      run.token.onCancellationRequested(() => abort.abort()),
    );
    try {
      await this.#runFiles(run, selection, abort.signal);
    } finally {
      ending.dispose();
      run.end();
    }
  }

  async #runFiles(run: TestRun, { files, has }: Selection, signal: AbortSignal): Promise<void> {
    const [first] = files;
    if (first?.uri === undefined) {
      return;
    }
    for (const child of files.flatMap(({ children }) => itemsOf(children)).filter(has)) {
      run.started(child);
    }
    try {
      const paths = files.map(({ uri }) => uri?.fsPath ?? "");
      const cwd = dirname(first.uri.fsPath);
      const json = await this.#host.cli({ args: ["test", "--json", ...paths], cwd, signal });
      for (const file of filesIn<TestedCase>(json)) {
        tellFile(run, this.#showCases(file), file, has);
      }
    } catch (error) {
      if (!signal.aborted) {
        files.forEach((item) => run.errored(item, new TestMessage(reasonOf(error))));
      }
    }
  }

  #touched(uri: Uri): void {
    this.#changed.add(uri.fsPath);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const changed = [...this.#changed];
      this.#changed.clear();
      // One after the other: a run takes less than a second, and edits come one at a time.
      this.#work = this.#work
        .then(() => this.#settle(changed))
        .catch((error: unknown) => this.#host.log.error(`tests: ${reasonOf(error)}`));
    }, quietMs);
  }

  /** Shows what changed, and runs what is to be run at every change: all tests of the folder, since policies build on others. */
  async #settle(changed: readonly string[]): Promise<void> {
    if (this.#discovered === undefined && this.#controller.items.size === 0) {
      return;
    }
    if (changed.some((path) => governedFile(path)?.kind === "tests")) {
      await this.#findAll();
    }
    const folders = new Set(changed.map((path) => governedFile(path)?.workspace));
    for (const request of this.#continuous) {
      const included = (request.include ?? itemsOf(this.#controller.items)).filter((item) =>
        folders.has(governedFile(item.uri?.fsPath ?? "")?.workspace),
      );
      if (included.length > 0) {
        await this.#run(new TestRunRequest(included, request.exclude, this.#profile, true), neverCancelled);
      }
    }
  }
}

/** What a request is about: whole files, of whose cases some may be left out. */
interface Selection {
  readonly files: readonly TestItem[];
  readonly has: (item: TestItem) => boolean;
}

function selected({ include, exclude = [] }: TestRunRequest, all: readonly TestItem[]): Selection {
  const wanted = new Set(include ?? all);
  const unwanted = new Set(exclude);
  const isIn = (set: ReadonlySet<TestItem>, item: TestItem): boolean =>
    set.has(item) || (item.parent !== undefined && set.has(item.parent));
  return {
    files: [...new Set([...wanted].map((item) => item.parent ?? item))].filter(
      (item) => item.uri !== undefined && !unwanted.has(item),
    ),
    // An item that a run has just found belongs to its file.
    has: (item) => isIn(wanted, item) && !isIn(unwanted, item),
  };
}

function tellFile(
  run: TestRun,
  item: TestItem,
  file: ListedFile<TestedCase>,
  has: (item: TestItem) => boolean,
): void {
  if (file.diagnostics.length > 0) {
    const messages = file.diagnostics.map((problem) => {
      const message = new TestMessage(`${problem.message}\n${problem.help}`);
      message.location = new Location(Uri.file(problem.file), rangeOf(problem));
      return message;
    });
    run.errored(item, messages);
    return;
  }
  for (const one of file.cases) {
    const child = item.children.get(idOf(item, one));
    if (child !== undefined && has(child)) {
      tellCase(run, child, one);
    }
  }
}

function tellCase(run: TestRun, item: TestItem, one: TestedCase): void {
  if (one.passed) {
    run.passed(item);
    return;
  }
  const { message, expected, actual, detail } = shownFailure(one);
  const shown = TestMessage.diff(message, expected, actual);
  const location = item.uri === undefined ? undefined : new Location(item.uri, rangeOf(one));
  if (location !== undefined) {
    shown.location = location;
  }
  run.failed(item, shown);
  run.appendOutput(
    [one.name, message, ...detail, ""].join("\r\n").replaceAll(/\r?\n/g, "\r\n"),
    location,
    item,
  );
}

function filesIn<Case extends ListedCase>(json: JsonObject): readonly ListedFile<Case>[] {
  // Printed by the program of this package.
  return (json["files"] ?? []) as unknown as readonly ListedFile<Case>[];
}

function itemsOf(items: TestItemCollection): readonly TestItem[] {
  return [...items].map(([, item]) => item);
}

function idOf(file: TestItem, { name }: ListedCase): string {
  return `${file.id}#${name}`;
}

/** The rest of the line from there. */
function rangeOf({ line, column }: { readonly line: number; readonly column: number }): Range {
  const start = new Position(Math.max(0, line - 1), Math.max(0, column - 1));
  return new Range(start, start.with({ character: Number.MAX_SAFE_INTEGER }));
}

function isTest(uri: Uri): boolean {
  return uri.scheme === "file" && governedFile(uri.fsPath)?.kind === "tests";
}
