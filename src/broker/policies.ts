import { closeSync, constants, fstatSync, openSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { formatDiagnostic } from "../base/diagnostic.ts";
import { canonicalJson } from "../base/json.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { CompiledPolicy, PoliciesInForce, PolicyStack } from "../policy/compiled.ts";
import { errorCode } from "../record/durable-file.ts";
import { digestText, readPin, type PolicyApproval, type PolicyPin } from "./policy-pins.ts";
import type { ApproverKeys } from "./approver-keys.ts";
import type { BrokerState } from "./protocol.ts";

export type PolicyState = BrokerState["policies"][number];

/** Compiles a policy text; the error is the first diagnostic, in one line. */
export type CompilePolicy = (source: {
  readonly file: string;
  readonly text: string;
  readonly workspace: string;
}) => Result<CompiledPolicy>;

export interface PoliciesOptions {
  readonly baseline: CompiledPolicy;
  readonly compile: CompilePolicy;
  readonly pins: string;
  readonly keys: ApproverKeys;
}

/** A policy text that waits for approval. */
export interface Candidate {
  readonly file: string;
  readonly text: string;
  readonly approval: PolicyApproval;
}

interface Known {
  /** What the file looked like when it was read; another look means that it is read again. */
  readonly look: string;
  readonly text?: string;
  readonly candidate?: CompiledPolicy;
  readonly pin?: PolicyPin;
  readonly approved?: CompiledPolicy;
  readonly state: PolicyState;
  readonly inForce: PoliciesInForce;
}

interface Found {
  readonly file: string;
  readonly look: string;
}

const fileNames = ["policy.yaml", "policy.yml", "policy.json"] as const;
/** Longest policy in bytes. */
const sizeLimit = 1024 * 1024;
const noLook = "missing";

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
  /** Told when a workspace's state is another than before. */
  onChange: () => void = () => undefined;

  constructor(options: PoliciesOptions) {
    this.options = options;
  }

  inForce(workspace: string): PoliciesInForce {
    return this.current(workspace).inForce;
  }

  states(): readonly PolicyState[] {
    return [...this.workspaces.values()].map(({ state }) => state);
  }

  /** What a human would approve now for a workspace; the error says why there is nothing to approve. */
  candidate(workspace: string): Result<Candidate> {
    const { state, text, pin } = this.current(workspace);
    if (state.state === "approved") {
      return err("the policy is approved already");
    }
    if (state.state !== "unapproved" || text === undefined) {
      return err(state.detail);
    }
    const sequence = (pin?.approval.sequence ?? 0) + 1;
    const { file } = state;
    return ok({
      file,
      text,
      approval: { kind: "policy_approval", workspace, file, textHash: digestText(text), sequence },
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

  private current(workspace: string): Known {
    const before = this.workspaces.get(workspace);
    const found = findPolicy(workspace);
    if (before?.look === found.look) {
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
    const text = found.look === noLook ? ok(undefined) : readPolicy(found.file);
    const compiled =
      text.ok && text.value !== undefined ? this.compile(workspace, found.file, text.value) : undefined;
    const base = { workspace, file: found.file };
    let state: PolicyState;
    let candidate = compiled?.ok === true ? compiled.value : undefined;
    if (!pin.ok) {
      state = { ...base, state: "broken", detail: pin.error };
    } else if (!text.ok) {
      state = { ...base, state: "broken", detail: text.error };
      candidate = before?.candidate;
    } else if (text.value === undefined) {
      state = { ...base, state: "missing", detail: missingDetail(approved !== undefined) };
    } else if (compiled?.ok === false) {
      state = { ...base, state: "broken", detail: compiled.error };
      candidate = before?.candidate;
    } else if (pin.value?.approval.textHash === digestText(text.value)) {
      state = { ...base, state: "approved", detail: "approved" };
    } else {
      state = { ...base, state: "unapproved", detail: "not approved yet: it applies where it tightens" };
    }
    const inForce = this.stacks(approved, candidate);
    return {
      look: found.look,
      ...(text.ok && text.value !== undefined ? { text: text.value } : {}),
      ...(candidate === undefined ? {} : { candidate }),
      ...(pin.ok && pin.value !== undefined ? { pin: pin.value } : {}),
      ...(approved === undefined ? {} : { approved }),
      state,
      inForce,
    };
  }

  private stacks(
    approved: CompiledPolicy | undefined,
    candidate: CompiledPolicy | undefined,
  ): PoliciesInForce {
    const { baseline } = this.options;
    const stacks: PolicyStack[] = [{ policies: approved === undefined ? [baseline] : [baseline, approved] }];
    if (candidate !== undefined && candidate.hash !== approved?.hash) {
      stacks.push({ policies: [baseline, candidate] });
    }
    const hash = digestText(
      canonicalJson(stacks.map(({ policies }) => policies.map((policy) => policy.hash))),
    );
    return { stacks, hash };
  }

  private compiledPin(pin: PolicyPin | undefined): CompiledPolicy | undefined {
    const compiled =
      pin === undefined ? undefined : this.compile(pin.approval.workspace, pin.approval.file, pin.text);
    return compiled?.ok === true ? compiled.value : undefined;
  }

  private compile(workspace: string, file: string, text: string): Result<CompiledPolicy> {
    return this.options.compile({ file, text, workspace });
  }
}

/** One line of a diagnostic, for a state that has room for one. */
export function firstLine(diagnostic: Parameters<typeof formatDiagnostic>[0]): string {
  return formatDiagnostic(diagnostic).split("\n")[0] ?? diagnostic.message;
}

function missingDetail(approved: boolean): string {
  return approved
    ? "the file was removed; the approved policy stays in force"
    : "there is no policy file; the built-in baseline applies";
}

function findPolicy(workspace: string): Found {
  for (const name of fileNames) {
    const file = join(workspace, ".governance", name);
    try {
      const stats = statSync(file, { bigint: true });
      return {
        file,
        look: `${name} ${stats.ino} ${stats.size} ${stats.mtimeNs} ${stats.ctimeNs} ${stats.mode}`,
      };
    } catch (error) {
      if (errorCode(error) !== "ENOENT" && errorCode(error) !== "ENOTDIR") {
        return { file, look: `${name} ${errorCode(error)}` };
      }
    }
  }
  return { file: join(workspace, ".governance", fileNames[0]), look: noLook };
}

function readPolicy(file: string): Result<string> {
  let descriptor: number;
  try {
    // O_NONBLOCK: a pipe in the policy's place must not stop the broker.
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    return err(`\`${file}\` cannot be opened (${errorCode(error)})`);
  }
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) {
      return err(`\`${file}\` is not a regular file`);
    }
    if (stats.size > sizeLimit) {
      return err(`\`${file}\` is larger than ${sizeLimit / 1024} kB`);
    }
    return ok(readFileSync(descriptor, "utf8"));
  } catch (error) {
    return err(`\`${file}\` cannot be read (${errorCode(error)})`);
  } finally {
    closeSync(descriptor);
  }
}
