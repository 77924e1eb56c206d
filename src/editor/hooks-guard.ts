import { homedir } from "node:os";
import { basename, dirname } from "node:path";
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
import type { HookFiles, Settled } from "./hook-files.ts";
import { ownVersion } from "./host.ts";
import { reasonOf } from "./reason.ts";
import type { Store } from "./store.ts";
import { makePlainLine } from "../base/visible-text.ts";

interface GuardParts {
  readonly context: ExtensionContext;
  readonly log: LogOutputChannel;
  readonly store: Store;
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
  #files: HookFiles | undefined;
  readonly #watchers = new Map<string, Disposable>();
  #repairs: readonly number[] = [];
  #work: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: GuardParts) {
    this.#parts = parts;
  }

  start(): Disposable {
    this.#queue();
    return Disposable.from(
      { dispose: () => this.#watchers.forEach((watcher) => void watcher.dispose()) },
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
    const files = await this.#open();
    await files.writeEndpoint();
    if (workspace.getConfiguration().get(setting) === false) {
      await files.uninstall();
      store.update({ hooks: { kind: "declined" } });
      return;
    }
    const settled = await files.settle();
    this.#watch(files.watched());
    store.update({ hooks: { kind: "installed" } });
    if (settled.kind !== "unchanged") {
      log.info(`hooks: ${settled.kind}: ${[files.file, ...settled.details].join("; ")}`);
    }
    if (settled.kind === "written" || settled.kind === "repaired") {
      this.#tell(files, settled).catch((error: unknown) => log.error(`hooks: ${reasonOf(error)}`));
    }
    if (settled.kind === "repaired" && !this.#mayRepair()) {
      this.#fail("another program changes the hook files again and again");
    }
  }

  /** The installer comes with the policy language; at start nobody needs it. */
  async #open(): Promise<HookFiles> {
    if (this.#files === undefined) {
      const { context } = this.#parts;
      const { hookFiles } = await import("./hook-files.ts");
      this.#files = hookFiles(context.extensionPath, ownVersion(context), homedir());
    }
    return this.#files;
  }

  #watch(files: readonly string[]): void {
    for (const file of files) {
      if (!this.#watchers.has(file)) {
        this.#watchers.set(
          file,
          watch(file, () => this.#later()),
        );
      }
    }
  }

  #later(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#queue(), this.#mayLook() ? quietMs : minuteMs);
  }

  /** Somebody who writes again and again is looked at once a minute. */
  #mayLook(): boolean {
    return this.#parts.store.state.hooks.kind !== "failed";
  }

  #mayRepair(): boolean {
    const now = Date.now();
    this.#repairs = [...this.#repairs.filter((at) => now - at < minuteMs), now];
    return this.#repairs.length <= mostRepairs;
  }

  /** The first time it is news with a way back; later it is a repair, which is news of another kind. */
  async #tell(files: HookFiles, settled: Settled): Promise<void> {
    const { context } = this.#parts;
    if (context.globalState.get(announcedKey) === true) {
      const what = settled.kind === "written" ? "was missing" : `was changed (${settled.details.join("; ")})`;
      void window.showWarningMessage(
        `Signalbox: the agents' hook file ${makePlainLine(what)} and has been put back.`,
      );
      return;
    }
    await context.globalState.update(announcedKey, true);
    const picked = await window.showInformationMessage(
      `Signalbox now governs this editor's agents: it wrote ${files.file}. They ask before they act.`,
      "Show File",
      "Undo",
    );
    if (picked === "Show File") {
      await commands.executeCommand("vscode.open", Uri.file(files.file));
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
  const pattern = new RelativePattern(Uri.file(dirname(file)), basename(file));
  const watcher = workspace.createFileSystemWatcher(pattern);
  return Disposable.from(
    watcher,
    watcher.onDidCreate(changed),
    watcher.onDidChange(changed),
    watcher.onDidDelete(changed),
  );
}
