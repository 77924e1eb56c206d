import { join } from "node:path";
import {
  Disposable,
  RelativePattern,
  Uri,
  commands,
  window,
  workspace,
  type ExtensionContext,
  type LogOutputChannel,
} from "vscode";
import type { BrokerAccess } from "./broker-access.ts";
import { hookFiles, type HookFiles } from "./hook-files.ts";
import { reasonOf } from "./host.ts";
import type { Store } from "./store.ts";

interface GuardParts {
  readonly context: ExtensionContext;
  readonly log: LogOutputChannel;
  readonly store: Store;
  readonly broker: BrokerAccess;
}

const setting = "signalbox.installHooks";
const announcedKey = "signalbox.hooksAnnounced";
/** Editors write a file in several steps; it is looked at once it is quiet. */
const quietMs = 300;
/** More repairs than this within a minute mean that somebody keeps on writing: then it is an error, not a fight. */
const mostRepairs = 5;
const minuteMs = 60_000;

/** Installs the hooks of the editor's agents, and keeps them as they were installed. */
export class HooksGuard {
  readonly #parts: GuardParts;
  readonly #files: HookFiles;
  #repairs: readonly number[] = [];
  #work: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: GuardParts) {
    this.#parts = parts;
    this.#files = hookFiles(parts.context.extensionPath, parts.broker);
  }

  start(): Disposable {
    this.#queue();
    const later = (): void => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#queue(), quietMs);
    };
    const watchers = this.#files.watched.map((file) => watch(file, later));
    return Disposable.from(
      ...watchers,
      { dispose: () => clearTimeout(this.#timer) },
      workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(setting)) {
          this.#queue();
        }
      }),
    );
  }

  /** Installs again whatever is not as it should be. Resolves with what could not be put right. */
  async repair(): Promise<readonly string[]> {
    this.#repairs = [];
    this.#queue();
    await this.#work;
    const { hooks } = this.#parts.store.state;
    return hooks.kind === "failed" ? [hooks.why] : [];
  }

  /** One look at a time, in order. */
  #queue(): void {
    this.#work = this.#work.then(() => this.#settle()).catch((error: unknown) => this.#fail(reasonOf(error)));
  }

  async #settle(): Promise<void> {
    const { store, log } = this.#parts;
    await this.#files.writeEndpoint();
    if (workspace.getConfiguration().get(setting) === false) {
      await this.#files.uninstall();
      store.update({ hooks: { kind: "declined" } });
      return;
    }
    const before = await this.#files.status();
    if (before.state === "installed") {
      store.update({ hooks: { kind: "installed" } });
      return;
    }
    if (!this.#mayRepair()) {
      this.#fail("the hook file is changed again and again by another program");
      return;
    }
    await this.#files.install();
    store.update({ hooks: { kind: "installed" } });
    log.info(`hooks: ${this.#files.file} written (${before.state})`);
    this.#tell(before.detail).catch((error: unknown) => log.error(`hooks: ${reasonOf(error)}`));
  }

  #mayRepair(): boolean {
    const now = Date.now();
    this.#repairs = [...this.#repairs.filter((at) => now - at < minuteMs), now];
    return this.#repairs.length <= mostRepairs;
  }

  /** The first time it is news with a way back; later it is a repair, which is news of another kind. */
  async #tell(drift: string): Promise<void> {
    const { context } = this.#parts;
    if (context.globalState.get(announcedKey) === true) {
      const what = drift === "" ? "was missing" : `was changed (${drift})`;
      void window.showWarningMessage(`Signalbox: the agents' hook file ${what} and has been put back.`);
      return;
    }
    await context.globalState.update(announcedKey, true);
    const picked = await window.showInformationMessage(
      `Signalbox now governs this editor's agents: it wrote ${this.#files.file}. They ask before they act.`,
      "Show File",
      "Undo",
    );
    if (picked === "Show File") {
      await commands.executeCommand("vscode.open", Uri.file(this.#files.file));
    } else if (picked === "Undo") {
      await workspace.getConfiguration().update(setting, false, true);
    }
  }

  #fail(why: string): void {
    this.#parts.log.error(`hooks: ${why}`);
    this.#parts.store.update({ hooks: { kind: "failed", why } });
  }
}

function watch(file: string, changed: () => void): Disposable {
  const pattern = new RelativePattern(Uri.file(join(file, "..")), file.slice(file.lastIndexOf("/") + 1));
  const watcher = workspace.createFileSystemWatcher(pattern);
  return Disposable.from(
    watcher,
    watcher.onDidCreate(changed),
    watcher.onDidChange(changed),
    watcher.onDidDelete(changed),
  );
}
