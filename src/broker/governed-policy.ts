import { join } from "node:path";
import { BugError, err, ok, type Result } from "../base/result.ts";
import { lookOf, noLook, PolicyReading, readPolicyFile } from "../boundary/files/policy-files.ts";
import type { CompiledPolicy } from "../policy/compiled.ts";
import type { ApproverKeys } from "./approver-keys.ts";
import { compileText, type CompilePolicy, type PolicyText } from "./policy-compiler.ts";
import { readPin, type PolicyApproval, type PolicyPin } from "./policy-pins.ts";
import type { BrokerState } from "./protocol.ts";

export type PolicyState = BrokerState["policies"][number];

/** A policy that a human has to approve before it loosens: whose it is, and where it lies. */
export interface GovernedPlace {
  /** What an approval is bound to: the workspace's folder, or `user`. */
  readonly name: string;
  /** The folder that holds the file. */
  readonly folder: string;
  readonly layer: "workspace" | "user";
  /** What its relative paths start from while it is checked. */
  readonly root: string;
}

export interface GovernedOptions {
  readonly compile: CompilePolicy;
  readonly pins: string;
  readonly keys: ApproverKeys;
}

/** A policy text that waits for approval. */
export interface Candidate extends PolicyText {
  /** All of it is approved together. */
  readonly approval: PolicyApproval;
}

/** A text with what it was compiled to at its place. */
export interface LoadedText {
  readonly source: PolicyText;
  readonly policy: CompiledPolicy;
}

/** A governed policy as it is now. */
export interface GovernedPolicy {
  /** What the file looked like when it was read; another look means that it is read again. */
  readonly look: string;
  /** The same of the files that it builds on, or would build on. */
  readonly looks: ReadonlyMap<string, string>;
  /** The file's present text, where it loads. */
  readonly read?: LoadedText;
  /** The last text that loaded, as long as there is a file. */
  readonly written?: LoadedText;
  readonly approved?: LoadedText;
  /** Why what was approved cannot be read any more. */
  readonly lost?: string;
  readonly pin?: PolicyPin;
  readonly state: PolicyState;
}

type ReadPolicy =
  | ({ readonly kind: "loaded" } & LoadedText)
  | { readonly kind: "missing" }
  | { readonly kind: "broken"; readonly detail: string };

interface Found {
  readonly file: string;
  readonly look: string;
}

const fileNames = ["policy.yaml", "policy.yml", "policy.json"] as const;

/** The file of a folder that counts, and what it looks like; the name that it should have where there is none. */
export function findPolicy(folder: string): Found {
  for (const name of fileNames) {
    const file = join(folder, name);
    const look = lookOf(file);
    if (look !== noLook) {
      return { file, look: `${name} ${look}` };
    }
  }
  return { file: join(folder, fileNames[0]), look: noLook };
}

/** False where any of the files it was made of looks otherwise by now. */
export function isCurrent(known: GovernedPolicy, place: GovernedPlace): boolean {
  return (
    known.look === findPolicy(place.folder).look &&
    [...known.looks].every(([file, look]) => lookOf(file) === look)
  );
}

/** Reads file and approval. INVARIANT: a file that does not load takes nothing away from what was written before. */
export function loadGoverned(
  place: GovernedPlace,
  options: GovernedOptions,
  before: GovernedPolicy | undefined,
): GovernedPolicy {
  const found = findPolicy(place.folder);
  const pin = readPin(options.pins, place.name, options.keys);
  const readable = pin.ok ? approvedText(pin.value, place, options) : pin;
  const lost = readable.ok ? undefined : readable.error;
  // Whatever was approved stays in force while this process knows it; after that nobody knows what it forbade.
  const approved = readable.ok ? readable.value : (before?.approved ?? everythingAsked(place, options));
  const reading = new PolicyReading();
  const read = readGoverned(found, place, { compile: options.compile, reading });
  const loaded = read.kind === "loaded" ? { source: read.source, policy: read.policy } : undefined;
  const written = read.kind === "broken" ? before?.written : loaded;
  return {
    look: found.look,
    looks: reading.looks,
    ...(loaded === undefined ? {} : { read: loaded }),
    ...(written === undefined ? {} : { written }),
    ...(approved === undefined ? {} : { approved }),
    ...(pin.ok && pin.value !== undefined ? { pin: pin.value } : {}),
    ...(lost === undefined ? {} : { lost }),
    state: stateOf(place, found.file, { pin, lost, read }),
  };
}

/** What a human would approve now; the error says why there is nothing to approve. */
export function candidateOf({ state, read, pin }: GovernedPolicy): Result<Candidate> {
  if (state.state === "approved") {
    return err("the policy is approved already");
  }
  if (state.state !== "unapproved" || read === undefined) {
    return err(state.detail);
  }
  const { workspace, file } = state;
  const sequence = (pin?.approval.sequence ?? 0) + 1;
  const approval = {
    kind: "policy_approval",
    workspace,
    file,
    textHash: read.policy.hash,
    sequence,
  } as const;
  return ok({ ...read.source, approval });
}

function readGoverned(
  { file, look }: Found,
  { layer, root }: GovernedPlace,
  { compile, reading }: { readonly compile: CompilePolicy; readonly reading: PolicyReading },
): ReadPolicy {
  if (look === noLook) {
    return { kind: "missing" };
  }
  const text = readPolicyFile(file);
  if (!text.ok) {
    return { kind: "broken", detail: text.error };
  }
  const compiled = compile({ file, text: text.value, layer, workspace: root, read: reading.read });
  if (!compiled.ok) {
    return { kind: "broken", detail: compiled.error };
  }
  const { policy, extended } = compiled.value;
  return { kind: "loaded", policy, source: { file, text: text.value, extended } };
}

/** What was approved stays in force whatever becomes of its files. */
function approvedText(
  pin: PolicyPin | undefined,
  { layer, root }: GovernedPlace,
  { compile }: GovernedOptions,
): Result<LoadedText | undefined> {
  if (pin === undefined) {
    return ok(undefined);
  }
  const { approval, text, extended = [] } = pin;
  const source = { file: approval.file, text, extended };
  const compiled = compileText(compile, source, { layer, workspace: root });
  return compiled.ok
    ? ok({ source, policy: compiled.value })
    : err(`the approved policy does not load any more (${compiled.error})`);
}

/** In the place of what a human approved and nobody can read: strict, so that a human hears of it. */
const askEverything = "policies: { control: [{ command: '*' }, { access: read }, { access: change }] }\n";

function everythingAsked({ layer, root, folder }: GovernedPlace, { compile }: GovernedOptions): LoadedText {
  const source = { file: join(folder, fileNames[0]), text: askEverything, extended: [] };
  const compiled = compileText(compile, source, { layer, workspace: root });
  if (!compiled.ok) {
    throw new BugError(`the policy that asks everything does not load: ${compiled.error}`);
  }
  return { source, policy: compiled.value };
}

function stateOf(
  { name, layer }: GovernedPlace,
  file: string,
  facts: {
    readonly pin: Result<PolicyPin | undefined>;
    readonly lost: string | undefined;
    readonly read: ReadPolicy;
  },
): PolicyState {
  const { pin, lost, read } = facts;
  const about = { workspace: name, file, ...(layer === "user" ? { layer } : {}) };
  if (lost !== undefined) {
    const detail = `${lost}: everything is asked until a policy is approved again`;
    return read.kind === "loaded"
      ? { ...about, state: "unapproved", detail, hash: read.policy.hash }
      : { ...about, state: "broken", detail: read.kind === "broken" ? `${detail}; ${read.detail}` : detail };
  }
  if (read.kind === "broken") {
    return { ...about, state: "broken", detail: read.detail };
  }
  if (read.kind === "missing") {
    return { ...about, state: "missing", detail: missingDetail(pin.ok && pin.value !== undefined) };
  }
  if (pin.ok && pin.value?.approval.textHash === read.policy.hash) {
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
