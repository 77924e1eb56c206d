import { chmodSync, existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { err, ok, type Result } from "../../base/result.ts";
import { digestOf } from "../../record/digest.ts";
import { readOwnFile } from "../../record/durable-file.ts";
import { ensureFolder, removeFile, removeIfEmpty, targetOf, writeWhole } from "./install-files.ts";
import { Ledger } from "./install-ledger.ts";
import type { InstallScope, SwitchFile } from "./installer.ts";
import { unbakedHook } from "./launcher.ts";
import {
  hookClientOf,
  hookFilesOf,
  hookTemplate,
  installerOf,
  invokedPath,
  planInstall,
  planUninstall,
  stepsOf,
  type FileEdit,
  type InstallOptions,
} from "./install-plan.ts";

/** What was written or removed, for people; empty where there was nothing to do. */
export interface InstallReport {
  readonly changed: readonly string[];
  /** What a human has to do once so that the agent takes the hooks, one sentence each. */
  readonly steps: readonly string[];
}

export interface HookStatus {
  readonly agent: string;
  readonly scope: InstallScope;
  readonly state: "installed" | "missing" | "drifted";
  /** What differs, one sentence each; empty where all is as installed. */
  readonly details: readonly string[];
  /** An agent's hooks are cooperative: the agent itself calls them. */
  readonly level: "L0";
  /** The agent's file that holds the hooks. */
  readonly file: string;
  /** Every file whose change is worth a new look. */
  readonly watched: readonly string[];
}

/** Writes what is missing or differs, and keeps what was there before for `uninstall`. Doing it twice changes nothing. */
export function install(options: InstallOptions): Result<InstallReport> {
  const plan = planInstall(options, readOwnFile);
  if (!plan.ok) {
    return plan;
  }
  const ledger = Ledger.open(options.stateDir);
  const changed: string[] = [];
  try {
    for (const edit of plan.value) {
      const written = apply(edit, options, ledger);
      if (!written.ok) {
        return written;
      }
      changed.push(edit.path);
    }
    for (const script of scriptsOf(options)) {
      if ((statSync(script).mode & 0o111) === 0) {
        chmodSync(script, options.scope === "managed" ? 0o755 : 0o700);
        changed.push(script);
      }
    }
  } catch (error) {
    return err(`the hooks cannot be written: ${reasonOf(error)}`);
  }
  return ok({ changed, steps: stepsOf(options) });
}

/** Takes out what is ours and nothing else. Files and folders that were made for it go, too. */
export function uninstall(options: InstallOptions): Result<InstallReport> {
  const plan = planUninstall(options, readOwnFile);
  if (!plan.ok) {
    return plan;
  }
  const ledger = Ledger.open(options.stateDir);
  const files = hookFilesOf(options);
  const changed: string[] = [];
  try {
    for (const edit of plan.value) {
      const target = targetOf(edit.path, boundaryOf(options));
      if (!target.ok) {
        return target;
      }
      restore(target.value, edit, ledger);
      changed.push(edit.path);
    }
    for (const { path } of files.ok ? files.value : []) {
      ledger.forget(path).forEach(removeIfEmpty);
    }
    changed.push(...dropClient(options, ledger));
  } catch (error) {
    return err(`the hooks cannot be removed: ${reasonOf(error)}`);
  }
  return ok({ changed, steps: [] });
}

/** Compares what is on disk with what would be installed. */
export function status(options: InstallOptions): HookStatus {
  const { agent, scope } = options;
  const files = hookFilesOf(options);
  const paths = files.ok ? files.value.map(({ path }) => path) : [];
  const client = hookClientOf(options);
  const switches = switchesOf(options);
  const report = (state: HookStatus["state"], details: readonly string[]): HookStatus => ({
    agent,
    scope,
    state,
    details,
    level: "L0",
    file: paths[0] ?? "",
    watched: [...new Set([...paths, client, ...switches.map(({ path }) => path)])],
  });
  if (!files.ok) {
    return report("missing", [files.error]);
  }
  const plan = planInstall(options, readOwnFile);
  if (!plan.ok) {
    return report("drifted", [plan.error]);
  }
  const ledger = Ledger.open(options.stateDir);
  if (!paths.some((path) => ledger.has(path) || namesClient(path, options))) {
    return report("missing", []);
  }
  const details = plan.value
    .filter((edit) => edit.path !== client || !isOtherHosts(client, ledger))
    .map(({ path: which }) => `\`${which}\` is not as it was installed`);
  for (const script of scriptsOf(options)) {
    const mode = statSync(script, { throwIfNoEntry: false })?.mode;
    if (mode !== undefined && (mode & 0o111) === 0) {
      details.push(`\`${script}\` is not executable`);
    }
  }
  for (const { path, faults } of switches) {
    const settings = readOwnFile(path);
    const found = faults(settings.ok ? settings.value : undefined, scope);
    details.push(...found.map((fault) => `\`${path}\` ${fault}`));
  }
  return report(details.length === 0 ? "installed" : "drifted", details);
}

/** Whether a file speaks of our client, as it stands in JSON or as it is. */
function namesClient(path: string, options: InstallOptions): boolean {
  const current = readOwnFile(path);
  const text = current.ok ? (current.value ?? "") : "";
  const client = invokedPath(options);
  return text.includes(client) || text.includes(JSON.stringify(client).slice(1, -1));
}

/** The client and the agent's own files that have to be executable. */
function scriptsOf(options: InstallOptions): readonly string[] {
  const files = hookFilesOf(options);
  const scripts = files.ok ? files.value.filter(({ executable }) => executable === true) : [];
  return [hookClientOf(options), ...scripts.map(({ path }) => path)];
}

/** The client is the one that another host of ours (the editor, the command line) installed last, and it can work. */
function isOtherHosts(client: string, ledger: Ledger): boolean {
  const text = readOwnFile(client);
  if (!text.ok || text.value === undefined || ledger.get(client)?.after !== digestOf(text.value)) {
    return false;
  }
  const { template, programs } = unbakedHook(text.value);
  return template === hookTemplate() && programs.every((program) => existsSync(program));
}

/** Files that can switch the agent's hooks off behind our back. */
function switchesOf({ agent, home, workspace }: InstallOptions): readonly SwitchFile[] {
  return installerOf(agent)?.switches?.({ home, workspace }) ?? [];
}

function apply(edit: FileEdit, options: InstallOptions, ledger: Ledger): Result<void> {
  const isClient = edit.path === hookClientOf(options);
  const target = targetOf(edit.path, isClient ? undefined : boundaryOf(options));
  if (!target.ok) {
    return target;
  }
  const before = readOwnFile(target.value);
  if (!before.ok) {
    return before;
  }
  const created = ensureFolder(dirname(target.value), edit.executable ? 0o700 : 0o755);
  // What was there before us, also when others have changed the file since: the present text without our hooks.
  const clean = isClient ? ok([]) : planUninstall(options, readOwnFile);
  const ours = clean.ok ? clean.value.find(({ path }) => path === edit.path) : undefined;
  const original = ours === undefined ? before.value : ours.text;
  // Written down first: a crash in between leaves a backup too many rather than none.
  ledger.note(edit.path, {
    before: isClient ? undefined : original,
    after: digestOf(edit.text ?? ""),
    folders: created,
    isNew: before.value === undefined,
  });
  writeWhole(target.value, edit.text ?? "", edit);
  return ok(undefined);
}

/** The file as it was before, to the byte, where nobody has changed it since; otherwise just without our entries. */
function restore(target: string, edit: FileEdit, ledger: Ledger): void {
  const entry = ledger.get(edit.path);
  const current = readOwnFile(target);
  const untouched = entry !== undefined && current.ok && digestOf(current.value ?? "") === entry.after;
  const text = untouched ? entry.before : edit.text;
  const emptied = entry?.isNew === true && edit.hollow === true;
  if (text === undefined || emptied) {
    removeFile(target);
  } else {
    writeWhole(target, text, edit);
  }
}

/** The hook client goes with the last agent that uses it. */
function dropClient(options: InstallOptions, ledger: Ledger): readonly string[] {
  const client = hookClientOf(options);
  if (ledger.paths().some((path) => path !== client)) {
    ledger.save();
    return [];
  }
  const there = statSync(client, { throwIfNoEntry: false }) !== undefined;
  removeFile(client);
  const folders = ledger.forget(client);
  ledger.remove();
  [dirname(client), ...folders, options.stateDir].forEach(removeIfEmpty);
  return there ? [client] : [];
}

/** Hooks of a workspace are written inside it and nowhere else. The client that they call is the user's. */
function boundaryOf({ scope, workspace }: InstallOptions): string | undefined {
  return scope === "workspace" ? workspace : undefined;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? (error.message.split("\n")[0] ?? "") : "unknown fault";
}
