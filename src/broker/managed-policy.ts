import { lstatSync, realpathSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { isJsonObject, parseJson } from "../base/json.ts";
import { err, ok, type Result } from "../base/result.ts";
import { lookOf, noLook, PolicyReading, readPolicyFile } from "../boundary/files/policy-files.ts";
import { errorCode, readOwnFile, writeDurably } from "../record/durable-file.ts";
import { ownedByAdministrators } from "./windows-access.ts";
import { isTexts } from "./policy-pins.ts";
import { compileText, type CompilePolicy } from "./policy-compiler.ts";
import type { LoadedText, PolicyState } from "./governed-policy.ts";

/** Whether a file may speak for the organisation. The error says who else could have written it. */
export type Trust = (file: string) => Result<{
  /** False where the user could write it after all: it applies where it tightens. */
  readonly loosens: boolean;
}>;

export interface ManagedPlace {
  readonly file: string;
  readonly trust: Trust;
}

/** Where administrators put an organisation's policy. */
export function managedPlace(platform: NodeJS.Platform = process.platform): ManagedPlace {
  switch (platform) {
    case "darwin":
      return { file: "/Library/Application Support/Signalbox/policy.yaml", trust: ownedByRoot };
    case "win32":
      // Not `%ProgramData%`: whoever starts us chooses our environment.
      return { file: "C:\\ProgramData\\Signalbox\\policy.yaml", trust: ownedByAdministrators };
    default:
      return { file: "/etc/signalbox/policy.yaml", trust: ownedByRoot };
  }
}

/** Holds for a file that root alone can write, replace or move away, by whatever name it is reached. */
const ownedByRoot: Trust = (file) => {
  try {
    for (const path of new Set([...upwards(file), ...upwards(realpathSync(file))])) {
      const stats = lstatSync(path);
      if (stats.uid !== 0) {
        return err(`\`${path}\` does not belong to root`);
      }
      if (!stats.isSymbolicLink() && (stats.mode & 0o022) !== 0) {
        return err(`\`${path}\` can be written by others than root`);
      }
    }
  } catch (error) {
    return err(`\`${file}\` cannot be examined (${errorCode(error)})`);
  }
  return ok({ loosens: process.getuid?.() !== 0 });
};

function upwards(path: string): readonly string[] {
  const parent = dirname(path);
  return parent === path ? [path] : [path, ...upwards(parent)];
}

/** The managed file as it is now. */
export interface ManagedPolicy {
  readonly look: string;
  /** The same of the files that it builds on. */
  readonly looks: ReadonlyMap<string, string>;
  /** What is in force of it: the file's text, or the last one that could be used. */
  readonly text?: LoadedText;
  readonly loosens: boolean;
  /** There is a file, and nobody knows what it says. */
  readonly unknown: boolean;
  /** Missing where there is no file. */
  readonly state?: PolicyState;
}

export interface ManagedOptions extends ManagedPlace {
  readonly compile: CompilePolicy;
  /** Folder in which the last usable text is kept. */
  readonly folder: string;
  readonly home: string;
}

/** True where nothing of it looks otherwise by now. */
export function isManagedCurrent(known: ManagedPolicy, { file }: ManagedPlace): boolean {
  return known.look === managedLook(file) && [...known.looks].every(([each, look]) => lookOf(each) === look);
}

/**
 * Reads the managed file. INVARIANT: one that cannot be used takes nothing away: the last text that could be used stays,
 * of this process as it was, of an earlier one as far as it tightens. One that was removed is gone: only root could.
 */
export function loadManaged(options: ManagedOptions, before: ManagedPolicy | undefined): ManagedPolicy {
  const { file } = options;
  const look = managedLook(file);
  if (look === noLook) {
    return { look, looks: new Map(), loosens: false, unknown: false };
  }
  const reading = new PolicyReading();
  const read = readManaged(options, reading);
  const looks = reading.looks;
  if (read.ok) {
    const { text, loosens } = read.value;
    const detail = loosens
      ? "managed by an administrator"
      : "you are root: it applies only where it tightens";
    return { look, looks, text, loosens, unknown: false, state: stateOf(file, "approved", detail) };
  }
  const { kind, detail } = read.error;
  const state = stateOf(file, kind, detail);
  if (before?.text !== undefined) {
    return {
      look,
      looks,
      text: before.text,
      loosens: before.loosens && kind === "broken",
      unknown: false,
      state,
    };
  }
  const kept = keptText(options);
  return kept === undefined
    ? { look, looks, loosens: false, unknown: kind === "broken", state }
    : { look, looks, text: kept, loosens: false, unknown: false, state };
}

/** Keeps what is in force for a later process that finds the file broken. Never throws. */
export function keepManaged({ text, state }: ManagedPolicy, { folder }: ManagedOptions): void {
  const file = keptFile(folder);
  try {
    if (state === undefined) {
      rmSync(file, { force: true });
    } else if (state.state === "approved" && text !== undefined) {
      const wanted = `${JSON.stringify(text.source)}\n`;
      const kept = readOwnFile(file);
      if (!kept.ok || kept.value !== wanted) {
        writeDurably(file, wanted);
      }
    }
  } catch {
    // It is in force; only a later process would lack it.
  }
}

type Unusable = { readonly kind: "ignored" | "broken"; readonly detail: string };

function readManaged(
  { file, trust, compile, home }: ManagedOptions,
  reading: PolicyReading,
):
  | { readonly ok: true; readonly value: { readonly text: LoadedText; readonly loosens: boolean } }
  | { readonly ok: false; readonly error: Unusable } {
  const trusted = trust(file);
  if (!trusted.ok) {
    return ignored(trusted.error);
  }
  const text = readPolicyFile(file);
  if (!text.ok) {
    return { ok: false, error: { kind: "broken", detail: text.error } };
  }
  const place = { layer: "organisation", workspace: home } as const;
  const compiled = compile({ file, text: text.value, ...place, read: reading.read });
  if (!compiled.ok) {
    return { ok: false, error: { kind: "broken", detail: compiled.error } };
  }
  const { policy, extended } = compiled.value;
  const others = extended.filter((one) => !one.file.startsWith("signalbox:"));
  const foreign = others.map((one) => trust(one.file)).find((one) => !one.ok);
  return foreign?.ok === false
    ? ignored(foreign.error)
    : {
        ok: true,
        value: {
          text: { source: { file, text: text.value, extended }, policy },
          loosens: trusted.value.loosens,
        },
      };
}

function ignored(why: string): { readonly ok: false; readonly error: Unusable } {
  return { ok: false, error: { kind: "ignored", detail: `ignored: ${why}` } };
}

function stateOf(file: string, state: PolicyState["state"], detail: string): PolicyState {
  return { workspace: "organisation", layer: "organisation", file, state, detail };
}

/** The folder counts as well: whoever may write it may put another file there. */
function managedLook(file: string): string {
  const look = lookOf(file);
  return look === noLook ? noLook : `${look} ${lookOf(dirname(file))}`;
}

function keptFile(folder: string): string {
  return join(folder, "managed.json");
}

function keptText({ folder, compile, home }: ManagedOptions): LoadedText | undefined {
  const text = readOwnFile(keptFile(folder));
  const parsed = text.ok && text.value !== undefined ? parseJson(text.value) : undefined;
  if (parsed?.ok !== true || !isJsonObject(parsed.value)) {
    return undefined;
  }
  const { file, text: policyText, extended } = parsed.value;
  if (typeof file !== "string" || typeof policyText !== "string" || !isTexts(extended)) {
    return undefined;
  }
  const source = { file, text: policyText, extended };
  const compiled = compileText(compile, source, { layer: "organisation", workspace: home });
  return compiled.ok ? { source, policy: compiled.value } : undefined;
}
