import { isAbsolute, join } from "node:path";
import { canonicalJson } from "../base/json.ts";
import { BugError, err, type Result } from "../base/result.ts";
import { noLook } from "../boundary/files/policy-files.ts";
import type { CompiledPolicy, Layer, PoliciesInForce } from "../policy/compiled.ts";
import { inForce, policiesInForce, type PolicyParts, type WrittenLayer } from "../policy/layers.ts";
import type { ExtendedText } from "../policy/extend.ts";
import type { PolicyNode } from "../policy/node.ts";
import { digestOf } from "../record/digest.ts";
import {
  candidateOf,
  findPolicy,
  isCurrent,
  loadGoverned,
  type Candidate,
  type GovernedPlace,
  type GovernedPolicy,
  type PolicyState,
} from "./governed-policy.ts";
import { LayersAbove, userLayer, type Above, type LayersAboveOptions } from "./layers-above.ts";
import { compileText, type PolicyText } from "./policy-compiler.ts";
import { hasPin } from "./policy-pins.ts";
import { foldersAround } from "./workspace.ts";

export interface PoliciesOptions extends LayersAboveOptions {
  /** What a workspace's catalogue, and those around it, are made of now. */
  readonly catalogue?: (workspace: string) => readonly ExtendedText[];
  readonly baseline: { readonly file: string; readonly text: string; readonly checked?: PolicyNode };
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
  /** The texts that wait. */
  readonly texts: readonly ExtendedText[];
  /** The workspace's catalogue: as it was approved, and as it is now. */
  readonly catalogue: { readonly before: readonly ExtendedText[]; readonly now: readonly ExtendedText[] };
}

interface Known {
  readonly own: GovernedPolicy;
  readonly above: UpperParts;
  readonly inForce: PoliciesInForce;
}

/** What lies above one workspace, compiled for its paths. */
type UpperParts = Omit<PolicyParts, "workspace"> & { readonly version: string };

/**
 * The policies in force per workspace: what lies above all of them, what a human approved for it, and what is written
 * there now. A request gets the strictest verdict, so an edit tightens at once and loosens only when it is approved.
 *
 * INVARIANT: a file that does not load never weakens anything: the last approved policy and the last one that loaded
 * stay in force.
 */
export class Policies {
  private readonly options: PoliciesOptions;
  private readonly above: LayersAbove;
  private readonly workspaces = new Map<string, Known>();
  private readonly watched = new Set<string>();
  private readonly told = new Map<string, string>();
  /** Told when a state is another than before. */
  onChange: () => void = () => undefined;
  /** Told what the layers above the workspaces have become. */
  onLayers: (states: readonly PolicyState[]) => void = () => undefined;

  constructor(options: PoliciesOptions) {
    this.options = options;
    this.above = new LayersAbove(options);
    this.above.onChange = (states) => {
      this.onLayers(states);
      this.onChange();
    };
  }

  /**
   * What holds in a workspace: its own policy and those of the folders around it, the strictest verdict of all. So a folder
   * that comes with a policy of its own (a clone, a package) is no way out of the policy of the folder it lies in.
   */
  inForce(workspace: string): PoliciesInForce {
    return this.withAround(workspace, this.current(workspace).inForce);
  }

  /**
   * What is in force, and what will be once a human approved what is written; undefined where nothing waits. The user's own
   * policy (`user`) is told as it holds at home, where no workspace adds to it.
   */
  pending(name: string): PendingPolicy | undefined {
    return name === userLayer ? this.pendingUser() : this.pendingWorkspace(name);
  }

  /** Those of the layers above, then those of workspaces that were looked at. */
  states(): readonly PolicyState[] {
    const own = [...this.workspaces].map(([workspace, known]) => this.stateOf(workspace, known.own));
    return [...this.above.states(), ...own];
  }

  /** Looks at a workspace now, and with every `look` from then on. Never throws. */
  watch(workspace: string): void {
    this.watched.add(workspace);
    this.lookAt(workspace);
  }

  /** Reads again what changed in the workspaces that are watched and above them, and has fetched what is due. */
  look(): void {
    this.above.look();
    for (const workspace of this.watched) {
      this.lookAt(workspace);
    }
  }

  /** An organisation's policy as an editor has it in its settings, as JSON text: it tightens at once, and nothing else. */
  tellSetting(text: string): void {
    this.above.tellSetting(text);
  }

  /** What a human would approve now for a workspace, or as the `user`'s; the error says why there is nothing to approve. */
  candidate(name: string): Result<Candidate> {
    if (name === userLayer) {
      return this.above.userCandidate();
    }
    return isAbsolute(name)
      ? candidateOf(this.judged(name, this.current(name).own))
      : err(`\`${name.slice(0, 100)}\` is no workspace, and nothing else that a human approves`);
  }

  /**
   * What the catalogue said when a policy was approved that holds here: names in it mean that, whatever became of the
   * catalogue. One list for each of those policies: the workspace's own, and those of the folders around it.
   */
  approvedCatalogues(workspace: string): readonly (readonly ExtendedText[])[] {
    return [workspace, ...this.governedAround(workspace)].flatMap((folder) => {
      const { pin } = this.current(folder).own;
      return pin?.catalogue === undefined ? [] : [pin.catalogue];
    });
  }

  /** Forgets what was read, after an approval was pinned. */
  refresh(name: string): void {
    if (name === userLayer) {
      this.above.refreshUser();
      return;
    }
    const known = this.workspaces.get(name);
    if (known !== undefined) {
      this.workspaces.set(name, { ...known, own: { ...known.own, look: "stale" } });
    }
    this.current(name);
  }

  private pendingWorkspace(workspace: string): PendingPolicy | undefined {
    const { own: known, above, inForce: now } = this.current(workspace);
    const own = this.judged(workspace, known);
    if (own.state.state !== "unapproved" || own.read === undefined) {
      return undefined;
    }
    const having = (policy: CompiledPolicy | undefined): PoliciesInForce => {
      const parts = { ...above, workspace: writtenLayer(policy, undefined) };
      return this.withAround(workspace, policiesInForce(parts, digestOf));
    };
    return {
      before: having(own.approved?.policy),
      now: this.withAround(workspace, now),
      approved: having(own.read.policy),
      beforeTexts: own.lost === undefined ? textsOf(own.approved?.source) : [],
      texts: textsOf(own.read.source),
      catalogue: { before: own.pin?.catalogue ?? [], now: this.catalogueOf(workspace) },
    };
  }

  private judged(workspace: string, own: GovernedPolicy): GovernedPolicy {
    return { ...own, state: this.stateOf(workspace, own) };
  }

  /** A policy is approved with what its catalogue says: both count until a human has seen what became of it. */
  private stateOf(workspace: string, { state, pin }: GovernedPolicy): PolicyState {
    if (state.state !== "approved") {
      return state;
    }
    const now = canonicalJson(this.catalogueOf(workspace));
    return now === canonicalJson(pin?.catalogue ?? [])
      ? state
      : {
          ...state,
          state: "unapproved",
          detail:
            "approved, but its catalogue has changed since: until you approve it again, the stricter one counts",
          hash: digestOf(now),
        };
  }

  private catalogueOf(workspace: string): readonly ExtendedText[] {
    return this.options.catalogue?.(workspace) ?? [];
  }

  private pendingUser(): PendingPolicy | undefined {
    const approved = this.above.approvedUser();
    if (approved === undefined) {
      return undefined;
    }
    const having = (above: Above): PoliciesInForce =>
      policiesInForce({ ...this.upper(this.options.home, above), workspace: {} }, digestOf);
    const now = this.above.current();
    const { written: _, ...user } = now.user;
    return {
      before: having({ ...now, user }),
      now: having(now),
      approved: having(approved),
      beforeTexts: textsOf(now.user.approved),
      texts: textsOf(approved.user.approved),
      catalogue: { before: [], now: [] },
    };
  }

  private withAround(workspace: string, own: PoliciesInForce): PoliciesInForce {
    const around = this.governedAround(workspace).map((folder) => this.current(folder).inForce);
    return around.length === 0
      ? own
      : inForce(
          [own, ...around].flatMap(({ stacks }) => stacks),
          digestOf,
        );
  }

  private governedAround(workspace: string): readonly string[] {
    return foldersAround(workspace).filter((folder) => this.governs(folder));
  }

  /** A policy that was approved still governs when its file is gone, and one that was seen keeps what it tightened. */
  private governs(folder: string): boolean {
    return (
      this.workspaces.has(folder) ||
      findPolicy(placeOf(folder).folder).look !== noLook ||
      hasPin(this.options.pins, folder)
    );
  }

  private lookAt(workspace: string): void {
    try {
      const told = canonicalJson(this.stateOf(workspace, this.current(workspace).own));
      // The catalogue's files are no files of the policy's own.
      if (this.told.get(workspace) !== told) {
        this.told.set(workspace, told);
        this.onChange();
      }
    } catch {
      // A fault of ours: whoever asks for a decision hears of it, and is refused.
    }
  }

  private current(workspace: string): Known {
    const before = this.workspaces.get(workspace);
    const above = this.above.current();
    const place = placeOf(workspace);
    const same = before?.above.version === above.version;
    const fresh = before !== undefined && isCurrent(before.own, place);
    if (same && fresh) {
      return before;
    }
    const own = fresh ? before.own : loadGoverned(place, this.options, before?.own);
    const upper = before !== undefined && same ? before.above : this.upper(workspace, above);
    const parts = { ...upper, workspace: writtenLayer(own.approved?.policy, own.written?.policy) };
    const known = { own, above: upper, inForce: policiesInForce(parts, digestOf) };
    this.workspaces.set(workspace, known);
    if (canonicalJson(before?.own.state) !== canonicalJson(own.state)) {
      this.onChange();
    }
    return known;
  }

  private upper(workspace: string, above: Above): UpperParts {
    const builtin = this.options.compile({ ...this.options.baseline, layer: "builtin", workspace });
    if (!builtin.ok) {
      throw new BugError(`the built-in policy does not load: ${builtin.error}`);
    }
    const user = (text: PolicyText | undefined): CompiledPolicy | undefined =>
      text === undefined ? undefined : this.compiled(text, "user", workspace);
    return {
      version: above.version,
      builtin: builtin.value.policy,
      organisation: above.organisation.map(({ text, loosens }) => ({
        policy: this.compiled(text, "organisation", workspace),
        loosens,
      })),
      unknownAbove: above.unknown,
      user: writtenLayer(user(above.user.approved), user(above.user.written)),
    };
  }

  /** It loaded when it was read. INVARIANT: one that does not load here refuses every request rather than being left out. */
  private compiled(text: PolicyText, layer: Layer, workspace: string): CompiledPolicy {
    const compiled = compileText(this.options.compile, text, { layer, workspace });
    if (!compiled.ok) {
      throw new BugError(`a policy that was read does not load for \`${workspace}\`: ${compiled.error}`);
    }
    return compiled.value;
  }
}

/** The policy itself first, then what it builds on. */
export function textsOf(source: PolicyText | undefined): readonly ExtendedText[] {
  return source === undefined ? [] : [{ file: source.file, text: source.text }, ...source.extended];
}

function placeOf(workspace: string): GovernedPlace {
  return { name: workspace, folder: join(workspace, ".governance"), layer: "workspace", root: workspace };
}

function writtenLayer(
  approved: CompiledPolicy | undefined,
  written: CompiledPolicy | undefined,
): WrittenLayer {
  return {
    ...(approved === undefined ? {} : { approved }),
    ...(written === undefined ? {} : { written }),
  };
}
