import type { Action } from "../model/action.ts";
import type { RuleHit } from "../model/decision.ts";
import type { CompiledPolicy, PathEntry, RuleOrigin } from "../policy/compiled.ts";
import { isGovernancePath } from "../policy/governance-files.ts";
import { hit } from "./facts.ts";
import { existingOf } from "./glob-paths.ts";
import {
  isDevice,
  isFetchedAgain,
  isOwnTool,
  isTemporary,
  meantByGlob,
  type PathForms,
  type PathWorld,
} from "./paths.ts";
import { judgeTree } from "./tree-signal.ts";

export interface SignalFinding {
  readonly hits: readonly RuleHit[];
  readonly outOfSignal: boolean;
  /** The change would touch what governs agents; the effect is added, and the baseline's rule denies it. */
  readonly tampering: boolean;
}

const nothing: SignalFinding = { hits: [], outOfSignal: false, tampering: false };

/** What of a file an action touches. */
type Touch = "names" | "content" | "change" | "metadata";

/** Operations of `fs` that show names only. */
const listing: ReadonlySet<string> = new Set(["list", "stat", "exists"]);

/** Operations of `fs` that change neither content nor existence. */
const metadata: ReadonlySet<string> = new Set(["chmod", "touch", "mkdir"]);

/** Operations that take a whole folder away or put another in its place. */
const whole: ReadonlySet<string> = new Set(["delete", "move", "rename"]);

/** Judges one action on files by what may enter the agent's context and what may be written. */
export function judgeSignal(
  action: Action,
  index: number,
  policies: readonly CompiledPolicy[],
  world: PathWorld,
): SignalFinding {
  if (action.provider !== "fs") {
    return nothing;
  }
  const touch = touchOf(action);
  if (action.target.path === undefined) {
    return unknownPath(touch, index, policies);
  }
  const forms = world.forms(action.target.path, action.target.display);
  if (touch === "names" || (touch === "content" && isDevice(forms.real))) {
    return nothing;
  }
  const judge = new FileJudge({ index, forms, policies, world });
  return touch === "content"
    ? judge.read(judgeTree({ action, index, forms, policies, world }), action.target.tree?.git !== undefined)
    : judge.change(touch, action.operation);
}

/** True where these policies keep a file out of the agent's context, whoever asks and however. */
export function hidesFile(path: string, policies: readonly CompiledPolicy[], world: PathWorld): boolean {
  return new FileJudge({ index: 0, forms: world.forms(path), policies, world }).hides();
}

function touchOf(action: Action): Touch {
  if (action.access === "read") {
    return listing.has(action.operation) ? "names" : "content";
  }
  return metadata.has(action.operation) ? "metadata" : "change";
}

/** Which file it is cannot be told: only a policy that lists what is allowed has something to say. */
function unknownPath(touch: Touch, index: number, policies: readonly CompiledPolicy[]): SignalFinding {
  const hits: RuleHit[] = [];
  for (const { signal } of policies) {
    if (touch === "content" && signal.default === "closed") {
      hits.push(hit(signal.defaultOrigin, "ask", "signal is closed and the file cannot be told", index));
    }
    if (touch === "change" && signal.writable !== undefined) {
      hits.push(
        hit(signal.writable.origin, "ask", "writable_files bounds writes and the file cannot be told", index),
      );
    }
  }
  return { ...nothing, hits };
}

class FileJudge {
  readonly #hits: RuleHit[] = [];
  readonly #index: number;
  readonly #forms: PathForms;
  readonly #policies: readonly CompiledPolicy[];
  readonly #world: PathWorld;

  constructor(of: {
    readonly index: number;
    readonly forms: PathForms;
    readonly policies: readonly CompiledPolicy[];
    readonly world: PathWorld;
  }) {
    this.#index = of.index;
    this.#forms = of.forms;
    this.#policies = of.policies;
    this.#world = of.world;
  }

  hides(): boolean {
    return this.#policies.some(
      (policy) => this.#hiddenBy(policy) !== undefined && this.#exceptionTo(policy) === undefined,
    );
  }

  /** `below` is what there is to say of the files below it, where it is a folder that is gone through. */
  read(below: readonly RuleHit[], git: boolean): SignalFinding {
    this.#hits.push(...below);
    this.#judgeHidden("deny", "its content stays out of the agent's context");
    // What git prints is told file by file: the folder that it is called in is none of them.
    for (const { signal } of git ? [] : this.#policies) {
      if (signal.default === "closed" && !signal.allowed.some((entry) => this.#allows(entry))) {
        this.#deny(signal.defaultOrigin, "signal is closed and allowed_files does not list the file");
      }
    }
    return this.#finding(false);
  }

  change(touch: "change" | "metadata", operation: string): SignalFinding {
    const { lookups } = this.#world;
    const { all, real } = this.#forms;
    const meant = existingOf(real, (folder) => lookups.list(folder));
    // A change shows nothing of what is hidden, but what stood there is lost; where nothing is, nothing can be.
    if (touch === "change" && (meant.length > 0 || lookups.kind(real) !== "missing")) {
      this.#judgeHidden("ask", "what it holds would be lost", meant);
    }
    const tampering = [...all, ...meant].some((form) => isGovernancePath(form, whole.has(operation)));
    // A workspace may itself lie among temporary files; its bounds hold all the same.
    if (!isTemporary(real) || this.#world.isInWorkspace(this.#forms)) {
      this.#judgeBounds(whole.has(operation));
    }
    return this.#finding(tampering);
  }

  #judgeHidden(verdict: "ask" | "deny", because: string, meant: readonly string[] = []): void {
    for (const policy of this.#policies) {
      const entry = this.#hiddenBy(policy, meant);
      if (entry === undefined) {
        continue;
      }
      const exception = this.#exceptionTo(policy);
      if (exception === undefined) {
        const message = `hidden_files lists \`${entry.pattern.source}\`: ${because}`;
        this.#hits.push(hit(entry.origin, verdict, message, this.#index));
      } else {
        this.#hits.push(
          hit(exception.origin, "allow", `allowed_files names \`${exception.pattern.source}\``, this.#index),
        );
      }
    }
  }

  #hiddenBy({ signal }: CompiledPolicy, meant: readonly string[] = []): PathEntry | undefined {
    for (const form of [...this.#forms.all, ...meantByGlob(this.#forms.real), ...meant]) {
      const found = signal.hiddenSet.find(form);
      if (found >= 0 && signal.visible.find(form) < 0) {
        return signal.hidden[found];
      }
    }
    return undefined;
  }

  /** A literal unhides what the baseline or its own file hides, never what another layer hides. */
  #exceptionTo(hiding: CompiledPolicy): PathEntry | undefined {
    for (const policy of this.#policies) {
      if (hiding.layer === "builtin" || policy.file === hiding.file) {
        const found = policy.signal.allowed.find((entry) => this.#world.isNamedBy(entry, this.#forms));
        if (found !== undefined) {
          return found;
        }
      }
    }
    return undefined;
  }

  #allows(entry: PathEntry): boolean {
    return this.#world.isNamedBy(entry, this.#forms) || entry.pattern.matches(this.#forms.mapped);
  }

  /** Adding to what the user's tools keep is no trespass, nor is emptying their caches, as long as nothing of it is hidden. */
  #isOwn(removes: boolean): boolean {
    const { real } = this.#forms;
    const { home } = this.#world.lookups;
    return (
      (removes ? isFetchedAgain(real, home) : isOwnTool(real, home)) &&
      !this.#policies.some((policy) => this.#hiddenBy(policy) !== undefined)
    );
  }

  #judgeBounds(removes: boolean): void {
    const bounding = this.#policies.filter((policy) => policy.signal.writable !== undefined);
    for (const { signal } of bounding) {
      if (signal.writable !== undefined && !signal.writable.entries.some((entry) => this.#allows(entry))) {
        this.#deny(signal.writable.origin, "writable_files does not list the file");
      }
    }
    const [lowest] = this.#policies;
    if (
      bounding.length === 0 &&
      lowest !== undefined &&
      !this.#world.isInWorkspace(this.#forms) &&
      !this.#isOwn(removes)
    ) {
      const origin = { ...lowest.signal.defaultOrigin, pointer: "/session_scope/signal/writable_files" };
      this.#hits.push(hit(origin, "ask", "the file lies outside the workspace", this.#index));
    }
  }

  #deny(origin: RuleOrigin, because: string): void {
    this.#hits.push(hit(origin, "deny", because, this.#index));
  }

  #finding(tampering: boolean): SignalFinding {
    return { hits: this.#hits, outOfSignal: this.#hits.some(({ verdict }) => verdict === "deny"), tampering };
  }
}
