import { dirname, join } from "node:path";
import { formatDiagnostic, type Diagnostic } from "../base/diagnostic.ts";
import { canonicalJson } from "../base/json.ts";
import { BugError, err, ok, type Result } from "../base/result.ts";
import { lookOf, noLook, PolicyReading, readPolicyFile } from "../boundary/files/policy-files.ts";
import type { Vocabulary } from "../catalogue/catalogue.ts";
import type { CompiledPolicy, Layer, PoliciesInForce } from "../policy/compiled.ts";
import type { ExtendedText, PolicyReader } from "../policy/extend.ts";
import type { PolicyNode } from "../policy/node.ts";
import { inForce, policiesInForce } from "../policy/layers.ts";
import { loadPolicy } from "../policy/load.ts";
import { digestOf } from "../record/digest.ts";
import { hasPin, readPin, type PolicyApproval, type PolicyPin } from "./policy-pins.ts";
import type { ApproverKeys } from "./approver-keys.ts";
import type { BrokerState } from "./protocol.ts";

export type PolicyState = BrokerState["policies"][number];

/** A compiled policy with the texts that it builds on. */
export interface CompiledText {
  readonly policy: CompiledPolicy;
  readonly extended: readonly ExtendedText[];
}

/** Compiles a policy text; the error is the first diagnostic, in one line. */
export type CompilePolicy = (source: {
  readonly file: string;
  readonly text: string;
  readonly layer: Layer;
  readonly workspace: string;
  readonly checked?: PolicyNode;
  readonly read?: PolicyReader;
}) => Result<CompiledText>;

export interface PoliciesOptions {
  readonly baseline: { readonly file: string; readonly text: string; readonly checked?: PolicyNode };
  readonly compile: CompilePolicy;
  readonly pins: string;
  readonly keys: ApproverKeys;
}

/** A policy text that waits for approval. */
export interface Candidate {
  readonly file: string;
  readonly text: string;
  /** What it builds on: all of it is approved together. */
  readonly extended: readonly ExtendedText[];
  readonly approval: PolicyApproval;
}

/** A change that waits for a human. */
export interface PendingPolicy {
  /** What was approved last, alone. */
  readonly before: PoliciesInForce;
  /** That, and what is written, together. */
  readonly now: PoliciesInForce;
  /** What is written, once it is approved. */
  readonly approved: PoliciesInForce;
  /** The texts that were approved last; empty where none was. */
  readonly beforeTexts: readonly ExtendedText[];
}

interface Known {
  /** What the file looked like when it was read; another look means that it is read again. */
  readonly look: string;
  /** The same of the files that it builds on, or would build on. */
  readonly looks: ReadonlyMap<string, string>;
  readonly read?: Extract<ReadPolicy, { kind: "loaded" }>;
  readonly candidate?: CompiledPolicy;
  readonly pin?: PolicyPin;
  readonly state: PolicyState;
  readonly inForce: PoliciesInForce;
}

/** A policy file as it is now. */
type ReadPolicy =
  | ({ readonly kind: "loaded"; readonly text: string } & CompiledText)
  | { readonly kind: "missing"; readonly policy: undefined }
  | { readonly kind: "broken"; readonly detail: string };

interface Found {
  readonly file: string;
  readonly look: string;
}

const fileNames = ["policy.yaml", "policy.yml", "policy.json"] as const;

/**
 * The policies in force per workspace: what a human approved, and what is written now, each in a stack of its own. A
 * request gets the strictest verdict over both, so an edit tightens at once and loosens only when it is approved.
 *
 * INVARIANT: a file that does not load never weakens anything: the last approved policy and the last one that loaded
 * stay in force.
 */
export class Policies {
  private readonly options: PoliciesOptions;
  private readonly workspaces = new Map<string, Known>();
  private readonly watched = new Set<string>();
  /** Told when a workspace's state is another than before. */
  onChange: () => void = () => undefined;

  constructor(options: PoliciesOptions) {
    this.options = options;
  }

  /**
   * What holds in a workspace: its own policy and those of the folders around it, the strictest verdict of all. So a folder
   * that comes with a policy of its own (a clone, a package) is no way out of the policy of the folder it lies in.
   */
  inForce(workspace: string): PoliciesInForce {
    return this.withAround(workspace, this.current(workspace).inForce);
  }

  /** What is in force, and what will be once a human approved what is written; undefined where nothing waits. */
  pending(workspace: string): PendingPolicy | undefined {
    const { state, read, pin, inForce: own } = this.current(workspace);
    if (state.state !== "unapproved" || read === undefined) {
      return undefined;
    }
    const before = this.compiledPin(pin);
    const { file = "", text = "" } = pin === undefined ? {} : { file: pin.approval.file, text: pin.text };
    return {
      before: this.withAround(workspace, this.stacks(workspace, before, undefined)),
      now: this.withAround(workspace, own),
      approved: this.withAround(workspace, this.stacks(workspace, read.policy, undefined)),
      beforeTexts: before === undefined ? [] : [{ file, text }, ...(pin?.extended ?? [])],
    };
  }

  states(): readonly PolicyState[] {
    return [...this.workspaces.values()].map(({ state }) => state);
  }

  /** Looks at a workspace now, and with every `look` from then on. Never throws. */
  watch(workspace: string): void {
    this.watched.add(workspace);
    this.lookAt(workspace);
  }

  /** Reads again what changed in the workspaces that are watched. */
  look(): void {
    for (const workspace of this.watched) {
      this.lookAt(workspace);
    }
  }

  /** What a human would approve now for a workspace; the error says why there is nothing to approve. */
  candidate(workspace: string): Result<Candidate> {
    const { state, read, pin } = this.current(workspace);
    if (state.state === "approved") {
      return err("the policy is approved already");
    }
    if (state.state !== "unapproved" || read === undefined) {
      return err(state.detail);
    }
    const sequence = (pin?.approval.sequence ?? 0) + 1;
    const { file } = state;
    const { text, extended, policy } = read;
    return ok({
      file,
      text,
      extended,
      approval: { kind: "policy_approval", workspace, file, textHash: policy.hash, sequence },
    });
  }

  /** Forgets what was read, after an approval was pinned. */
  refresh(workspace: string): void {
    const known = this.workspaces.get(workspace);
    if (known !== undefined) {
      this.workspaces.set(workspace, { ...known, look: "stale" });
    }
    this.current(workspace);
  }

  private withAround(workspace: string, own: PoliciesInForce): PoliciesInForce {
    const around = foldersAround(workspace)
      .filter((folder) => this.governs(folder))
      .map((folder) => this.current(folder).inForce);
    return around.length === 0
      ? own
      : inForce(
          [own, ...around].flatMap(({ stacks }) => stacks),
          digestOf,
        );
  }

  /** A policy that was approved still governs when its file is gone, and one that was seen keeps what it tightened. */
  private governs(folder: string): boolean {
    return (
      this.workspaces.has(folder) || findPolicy(folder).look !== noLook || hasPin(this.options.pins, folder)
    );
  }

  private lookAt(workspace: string): void {
    try {
      this.current(workspace);
    } catch {
      // A fault of ours: whoever asks for a decision hears of it, and is refused.
    }
  }

  private current(workspace: string): Known {
    const before = this.workspaces.get(workspace);
    const found = findPolicy(workspace);
    if (before?.look === found.look && [...before.looks].every(([file, look]) => lookOf(file) === look)) {
      return before;
    }
    const known = this.load(workspace, found, before);
    this.workspaces.set(workspace, known);
    if (canonicalJson(before?.state) !== canonicalJson(known.state)) {
      this.onChange();
    }
    return known;
  }

  private load(workspace: string, found: Found, before: Known | undefined): Known {
    const pin = readPin(this.options.pins, workspace, this.options.keys);
    const approved = pin.ok ? this.compiledPin(pin.value) : undefined;
    const reading = new PolicyReading();
    const read = this.read(workspace, found, reading);
    const state = stateOf(workspace, found.file, { pin, read, approved: approved !== undefined });
    // What does not load weakens nothing: the last one that did stays in force.
    const candidate = read.kind === "broken" ? before?.candidate : read.policy;
    return {
      look: found.look,
      looks: reading.looks,
      ...(read.kind === "loaded" ? { read } : {}),
      ...(candidate === undefined ? {} : { candidate }),
      ...(pin.ok && pin.value !== undefined ? { pin: pin.value } : {}),
      state,
      inForce: this.stacks(workspace, approved, candidate),
    };
  }

  private read(workspace: string, { file, look }: Found, reading: PolicyReading): ReadPolicy {
    if (look === noLook) {
      return { kind: "missing", policy: undefined };
    }
    const text = readPolicyFile(file);
    if (!text.ok) {
      return { kind: "broken", detail: text.error };
    }
    const source = { file, text: text.value, workspace, read: reading.read };
    const compiled = this.options.compile({ ...source, layer: "workspace" });
    return compiled.ok
      ? { kind: "loaded", text: text.value, ...compiled.value }
      : { kind: "broken", detail: compiled.error };
  }

  private stacks(
    workspace: string,
    approved: CompiledPolicy | undefined,
    written: CompiledPolicy | undefined,
  ): PoliciesInForce {
    const builtin = this.options.compile({ ...this.options.baseline, layer: "builtin", workspace });
    if (!builtin.ok) {
      throw new BugError(`the built-in policy does not load: ${builtin.error}`);
    }
    const parts = {
      ...(approved === undefined ? {} : { approved }),
      ...(written === undefined ? {} : { written }),
    };
    return policiesInForce({ builtin: builtin.value.policy, workspace: parts }, digestOf);
  }

  private compiledPin(pin: PolicyPin | undefined): CompiledPolicy | undefined {
    if (pin === undefined) {
      return undefined;
    }
    const { approval, text, extended = [] } = pin;
    // What was approved stays in force whatever becomes of the files that it builds on.
    const read: PolicyReader = (file) => {
      const known = extended.find((one) => one.file === file);
      return known === undefined ? err("it was not approved") : ok(known.text);
    };
    const { workspace, file } = approval;
    const compiled = this.options.compile({ file, text, layer: "workspace", workspace, read });
    return compiled.ok ? compiled.value.policy : undefined;
  }
}

/** Compiles with a catalogue's vocabulary; `shown` says how the first error of a file that does not load is put. */
export function policyCompiler(options: {
  readonly catalogue: Vocabulary;
  readonly home: string;
  shown(diagnostic: Diagnostic): string;
}): CompilePolicy {
  const { catalogue, home } = options;
  return (source) => {
    const { policy, diagnostics, extended } = loadPolicy({ ...source, home }, catalogue, digestOf);
    if (policy !== undefined) {
      return ok({ policy, extended });
    }
    const first = diagnostics.find(({ severity }) => severity === "error");
    return err(first === undefined ? "the policy does not load" : options.shown(first));
  };
}

/** One line of a diagnostic, for a state that has room for one. */
export function firstLine(diagnostic: Diagnostic): string {
  return formatDiagnostic(diagnostic).split("\n")[0] ?? diagnostic.message;
}

function stateOf(
  workspace: string,
  file: string,
  facts: {
    readonly pin: Result<PolicyPin | undefined>;
    readonly read: ReadPolicy;
    readonly approved: boolean;
  },
): PolicyState {
  const { pin, read, approved } = facts;
  const about = { workspace, file };
  if (!pin.ok) {
    return { ...about, state: "broken", detail: pin.error };
  }
  if (read.kind === "broken") {
    return { ...about, state: "broken", detail: read.detail };
  }
  if (read.kind === "missing") {
    return { ...about, state: "missing", detail: missingDetail(approved) };
  }
  if (approved && pin.value?.approval.textHash === read.policy.hash) {
    return { ...about, state: "approved", detail: "approved by a human" };
  }
  const detail = "not approved yet: it applies only where it tightens";
  // Whoever shows what waits for approval has to hear of each edit.
  return { ...about, state: "unapproved", detail, hash: read.policy.hash };
}

function missingDetail(approved: boolean): string {
  return approved
    ? "the file was removed; the approved policy stays in force"
    : "there is no policy file; the built-in baseline applies";
}

/** The folders that hold this one, from the nearest to the root. */
function foldersAround(workspace: string): readonly string[] {
  const parent = dirname(workspace);
  return parent === workspace ? [] : [parent, ...foldersAround(parent)];
}

function findPolicy(workspace: string): Found {
  for (const name of fileNames) {
    const file = join(workspace, ".governance", name);
    const look = lookOf(file);
    if (look !== noLook) {
      return { file, look: `${name} ${look}` };
    }
  }
  return { file: join(workspace, ".governance", fileNames[0]), look: noLook };
}
