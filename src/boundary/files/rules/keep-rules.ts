import { dirname } from "node:path";
import { err, ok, type Result } from "../../../base/result.ts";
import type { Catalogue } from "../../../catalogue/load.ts";
import type { PoliciesInForce } from "../../../policy/compiled.ts";
import { digestOf } from "../../../record/digest.ts";
import { readOwnFile } from "../../../record/durable-file.ts";
import { ensureFolder, removeFile, removeIfEmpty, targetOf, writeWhole } from "../../hooks/install-files.ts";
import { agentRules, type AgentRules } from "./agent-rules.ts";
import type { Prohibitions, RuleFile, RuledText } from "./rule-file.ts";
import { deniedCommands } from "./denied-commands.ts";
import { signalGlobs, type SignalPlace } from "./signal-globs.ts";
import { RulesLedger, type RulesTarget } from "./rules-ledger.ts";

/** How an agent's own rules stand. `none`: it has none at this level. */
export interface RulesStatus extends RulesTarget {
  readonly state: "written" | "missing" | "drifted" | "none";
  readonly files: readonly string[];
  /** What differs, one sentence each. */
  readonly details: readonly string[];
  /** What these rules do not reach, one clause each. */
  readonly limits: readonly string[];
}

/** What the policies in force make of a place: for the user's own level that is the home directory. */
export function prohibitionsOf(
  policies: PoliciesInForce,
  place: SignalPlace,
  catalogue: Catalogue,
): Prohibitions {
  return { globs: signalGlobs(policies, place), place, commands: deniedCommands(catalogue) };
}

export function rulesOf(agent: string): AgentRules | undefined {
  return agentRules.find((rules) => rules.agent === agent);
}

/** Writes what is missing or differs; the paths of the files that were changed. Doing it twice changes nothing. */
export function installRules(
  target: RulesTarget,
  prohibitions: Prohibitions,
  stateDir: string,
): Result<readonly string[]> {
  const ledger = RulesLedger.open(stateDir);
  return changedAmong(filesOf(target), "written", (file) => write(file, target, prohibitions, ledger));
}

/** Takes our part out again: to the byte where nobody changed the file since. Files and folders made for it go, too. */
export function uninstallRules(target: RulesTarget, stateDir: string): Result<readonly string[]> {
  const ledger = RulesLedger.open(stateDir);
  // A folder that was made for the first file is empty once the others are gone.
  return changedAmong(filesOf(target).toReversed(), "removed", (file) => remove(file, target, ledger));
}

/** Paths of the files that a step changed, up to the first that it could not. */
function changedAmong(
  files: readonly RuleFile[],
  done: "written" | "removed",
  step: (file: RuleFile) => Result<boolean>,
): Result<readonly string[]> {
  const changed: string[] = [];
  try {
    for (const file of files) {
      const result = step(file);
      if (!result.ok) {
        return result;
      }
      if (result.value) {
        changed.push(file.path);
      }
    }
  } catch (error) {
    return err(`the agent's own rules cannot be ${done}: ${reasonOf(error)}`);
  }
  return ok(changed);
}

/** Takes out the user's rules wherever some were written. Returns what could not be removed, one sentence each. */
export function uninstallAllRules(stateDir: string): readonly string[] {
  return RulesLedger.open(stateDir)
    .targets()
    .filter(({ scope }) => scope !== "managed")
    .flatMap((target) => {
      const removed = uninstallRules(target, stateDir);
      return removed.ok ? [] : [removed.error];
    });
}

/** Compares what is on disk with what the policies say now. */
export function rulesStatus(target: RulesTarget, prohibitions: Prohibitions, stateDir: string): RulesStatus {
  const ledger = RulesLedger.open(stateDir);
  const files = filesOf(target);
  const limits = [
    ...(rulesOf(target.agent)?.limits ?? []),
    ...(prohibitions.globs.closed && files.length > 0 ? [closedLimit] : []),
    ...new Set(files.flatMap((file) => file.left?.(prohibitions) ?? []).map(leftLimit)),
  ];
  const known = files.filter((file) => ledger.get(file.path) !== undefined);
  const details = known.flatMap((file) => {
    const current = readOwnFile(file.path);
    const wanted = current.ok ? ruled(file, current.value, prohibitions, ledger) : current;
    return !wanted.ok
      ? [`\`${file.path}\`: ${wanted.error}`]
      : wanted.value.text === (current.ok ? current.value : undefined)
        ? []
        : [`\`${file.path}\` does not say what the policies say`];
  });
  const state =
    files.length === 0
      ? "none"
      : known.length === 0
        ? "missing"
        : details.length === 0 && known.length === files.length
          ? "written"
          : "drifted";
  return { ...target, state, files: files.map(({ path }) => path), details, limits };
}

const closedLimit = "that everything is hidden but what the policies allow is held by the hooks alone";

function leftLimit(glob: string): string {
  return `\`${glob}\` is held by the hooks alone, because an exception lies in it`;
}

function write(
  file: RuleFile,
  target: RulesTarget,
  prohibitions: Prohibitions,
  ledger: RulesLedger,
): Result<boolean> {
  const real = targetOf(file.path, boundaryOf(target));
  if (!real.ok) {
    return real;
  }
  const current = readOwnFile(real.value);
  if (!current.ok) {
    return current;
  }
  const wanted = ruled(file, current.value, prohibitions, ledger);
  if (!wanted.ok) {
    return err(`\`${file.path}\` is left as it is: ${wanted.error}`);
  }
  const { text, ours } = wanted.value;
  const entry = ledger.get(file.path);
  if (text === current.value && entry !== undefined) {
    return ok(false);
  }
  const managed = target.scope === "managed";
  const folders = [...ensureFolder(dirname(real.value), managed ? 0o755 : 0o700), ...(entry?.folders ?? [])];
  const untouched = entry !== undefined && digestOf(current.value ?? "") === entry.after;
  const before = untouched ? entry.before : withoutOurs(file, current.value, entry?.ours ?? []);
  // Written down first: a crash in between leaves a note too many rather than none.
  ledger.note({ ...target, path: file.path, before, after: digestOf(text), ours, folders });
  if (text !== current.value) {
    writeWhole(real.value, text, {
      mode: managed || target.scope === "workspace" ? 0o644 : 0o600,
      executable: false,
    });
  }
  return ok(text !== current.value);
}

function remove(file: RuleFile, target: RulesTarget, ledger: RulesLedger): Result<boolean> {
  const entry = ledger.get(file.path);
  if (entry === undefined) {
    return ok(false);
  }
  const real = targetOf(file.path, boundaryOf(target));
  if (!real.ok) {
    return real;
  }
  const current = readOwnFile(real.value);
  if (!current.ok) {
    return current;
  }
  if (current.value !== undefined) {
    const untouched = digestOf(current.value) === entry.after;
    const rest = untouched ? ok(entry.before) : file.withoutRules(current.value, entry.ours);
    if (!rest.ok) {
      return err(`\`${file.path}\` is left as it is: ${rest.error}`);
    }
    if (rest.value === undefined) {
      removeFile(real.value);
    } else {
      writeWhole(real.value, rest.value, { mode: 0o644, executable: false });
    }
  }
  ledger.forget(file.path);
  entry.folders.forEach(removeIfEmpty);
  return ok(current.value !== undefined);
}

/** What was there before us, also when others have changed the file since, or nobody remembers that it is ours. */
function withoutOurs(
  file: RuleFile,
  current: string | undefined,
  ours: RuledText["ours"],
): string | undefined {
  if (current === undefined || current.trim() === "") {
    return current;
  }
  const rest = file.withoutRules(current, ours);
  return rest.ok ? rest.value : current;
}

function ruled(
  file: RuleFile,
  current: string | undefined,
  prohibitions: Prohibitions,
  ledger: RulesLedger,
): Result<RuledText> {
  return file.withRules(current, prohibitions, ledger.get(file.path)?.ours ?? []);
}

function filesOf({ agent, scope, base }: RulesTarget): readonly RuleFile[] {
  return rulesOf(agent)?.files({ scope, base }) ?? [];
}

/** Rules of a workspace are written inside it and nowhere else. */
function boundaryOf({ scope, base }: RulesTarget): string | undefined {
  return scope === "workspace" ? base : undefined;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? (error.message.split("\n")[0] ?? "") : "unknown fault";
}
