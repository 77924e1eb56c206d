import { heldBy } from "./shell/unpacked.ts";
import type { Effect } from "../model/effect.ts";
import { actionId, type Action, type Evidence, type JudgedInput } from "../model/action.ts";
import type { FileLookup, Lookups } from "../model/lookups.ts";
import type { AgentRequest, ShellDialect } from "../model/request.ts";
import type { Catalogue } from "../catalogue/load.ts";
import { joinPath, pathHere } from "./paths.ts";
import { scanCode, languageOf } from "./programs/inline-code.ts";
import type { PlaceContext } from "./http/environment.ts";
import { toAction } from "./report.ts";
import type { Scope } from "./scope.ts";
import type { Invocation, Stdin, Word } from "./shell/invocation.ts";
import { judgeForeignShell } from "./shell/foreign.ts";
import { ShellPlayer } from "./shell/play.ts";
import { specialValue } from "./shell/variables.ts";
import { inherited } from "./shell/word.ts";

const maximumInputs = 24;
const maximumActions = 200;

/** Effects that nobody is interrupted for by themselves. */
const passing: ReadonlySet<Effect> = new Set<Effect>([
  "file_deletion",
  "infrastructure_change",
  "deployment",
  "schema_migration",
]);

/** Data that no file of this machine holds is the environment's, whose variables say where it lies. */
function within(place: PlaceContext, action: Action): Action {
  const { target, effects } = action;
  const data = effects.includes("schema_migration") || effects.includes("irreversible_data_deletion");
  return data && target.environment === undefined && target.path === undefined
    ? {
        ...action,
        target: { ...target, display: `${target.display} in ${place.environment ?? ""}`, ...place },
      }
    : action;
}

/** Two searches through one folder are not the same where they leave out other files. */
function treeKey({ target }: Action): string {
  return target.tree === undefined ? "" : ` ${JSON.stringify(target.tree)}`;
}

/** Everything that one request adds up to. Rules see it as a `Scope`. */
export class RequestScope implements Scope {
  readonly catalogue: Catalogue;
  readonly lookups: Lookups;
  readonly workspace: string;
  readonly player: ShellPlayer;
  readonly typed: Scope["typed"];
  private place: PlaceContext | undefined;
  private readonly found = new Map<string, Action>();
  private readonly read = new Map<string, FileLookup>();
  /** Symbolic links that the line itself makes: from where to where. */
  private readonly links = new Map<string, string>();

  constructor(request: AgentRequest, catalogue: Catalogue, lookups: Lookups) {
    const { payload, context } = request;
    this.catalogue = catalogue;
    this.lookups = { ...lookups, realPath: (path) => lookups.realPath(this.throughLinks(path)) };
    this.workspace = context.workspace;
    this.typed = payload.kind === "shell" ? payload.input : undefined;
    const dialect: ShellDialect = payload.kind === "shell" ? payload.shell : "bash";
    this.player = new ShellPlayer(this, context.cwd, dialect);
  }

  rememberLink(path: string, target: string): void {
    if (this.links.size < 32 && path !== target) {
      this.links.set(path, target);
    }
  }

  /** What lies below a link of the line lies where the link leads. The link itself stays what it is. */
  private throughLinks(path: string): string {
    let found = path;
    for (let step = 0; step < this.links.size && step < 8; step += 1) {
      for (const [link, target] of this.links) {
        if (found.startsWith(`${link}/`)) {
          found = joinPath(target, `./${found.slice(link.length + 1)}`);
        }
      }
    }
    return found;
  }

  get cwd(): string | undefined {
    return this.player.state.cwd;
  }

  get elsewhere(): Scope["elsewhere"] {
    return this.player.elsewhere;
  }

  get actions(): readonly Action[] {
    return [...this.found.values()];
  }

  get inputs(): readonly JudgedInput[] {
    const inputs: JudgedInput[] = [];
    for (const [path, file] of this.read) {
      if (file.kind === "text") {
        inputs.push({ path, digest: file.digest });
      }
    }
    return inputs;
  }

  /** The same action found twice counts once: loops and second readings of a broken line repeat themselves. */
  emit(action: Action): void {
    this.player.tick();
    this.add(action);
  }

  private add(found: Action): void {
    const action = this.place === undefined ? found : within(this.place, found);
    const placed = this.elsewhere === undefined ? action : this.moved(action);
    const key = `${actionId(placed)} ${placed.target.display} ${placed.effects.join(" ")}${treeKey(placed)}`;
    if (this.found.size < maximumActions || placed.effects.length > 0) {
      this.found.set(key, this.found.get(key) ?? placed);
    }
  }

  wouldHarm(command: readonly Word[] | string): boolean {
    const effects = this.effectsOf(() => {
      if (typeof command === "string") {
        this.player.text(command, { stdin: inherited, via: "a text", wanted: false });
      } else {
        this.player.words(command, inherited, false);
      }
    });
    return effects.some((effect) => !passing.has(effect));
  }

  effectsOf(judge: () => void): readonly Effect[] {
    const before = new Map(this.found);
    const saved = this.player.state.save();
    this.found.clear();
    judge();
    const effects = this.actions.flatMap((action) => action.effects);
    this.player.state.restore(saved);
    this.found.clear();
    for (const [key, action] of before) {
      this.found.set(key, action);
    }
    return effects;
  }

  /** What happens on another machine is remote; in a container it is at least not this file system. */
  private moved(action: Action): Action {
    const place = this.elsewhere;
    if (place === undefined || action.effects.includes("opaque")) {
      return action;
    }
    const { path, ...target } = action.target;
    const display = `${place.name}: ${target.display}`;
    // A tree is only told of where it lies on this machine.
    const here = path === undefined || target.tree !== undefined ? path : pathHere(path, place.mounts);
    return place.kind === "host"
      ? { ...action, reach: "remote", target: { ...target, display, host: target.host ?? place.name } }
      : {
          ...action,
          target: {
            ...target,
            display,
            ...(here === undefined ? {} : { path: this.lookups.realPath(here) }),
          },
        };
  }

  opaque(because: string, evidence: Evidence): void {
    this.add(
      toAction(
        { action: "shell:opaque", effects: ["opaque"], target: evidence.text, because, access: "unknown" },
        evidence,
      ),
    );
  }

  readInput(path: string): FileLookup {
    const before = this.read.get(path);
    if (before !== undefined) {
      return before;
    }
    if (this.read.size >= maximumInputs) {
      return { kind: "unreadable", reason: "too many files decide what happens" };
    }
    const file = this.lookups.readFile(path);
    this.read.set(path, file);
    return file;
  }

  resolvePath(word: Word): string | undefined {
    if (!word.known || word.text === "") {
      return undefined;
    }
    if (word.text.startsWith("/") || /^[A-Za-z]:[\\/]/.test(word.text)) {
      return joinPath("/", word.text);
    }
    return this.cwd === undefined ? undefined : joinPath(this.cwd, word.text);
  }

  shell(text: string, via: string, _evidence: Evidence): void {
    const saved = this.player.state.save();
    this.player.text(text, { stdin: inherited, via, wanted: false });
    this.player.state.restore(saved);
  }

  foreign(text: string, shell: "powershell" | "cmd"): void {
    judgeForeignShell(text, shell, this);
  }

  command(words: readonly Word[], stdin: Stdin): void {
    this.player.words(words, stdin, false);
  }

  inPlace(place: PlaceContext, judge: () => void): void {
    const before = this.place;
    this.place = place.environment === undefined ? before : place;
    judge();
    this.place = before;
  }

  script(path: string, text: string, at: Pick<Invocation, "start" | "end">): Stdin {
    const language = languageOf(path, text);
    if (language === "shell") {
      const saved = this.player.state.save();
      const flow = this.player.text(text, { stdin: inherited, via: path, wanted: false });
      this.player.state.restore(saved);
      return flow;
    }
    if (language !== undefined) {
      scanCode({ language, text, inline: false }, at, this);
    }
    return inherited;
  }

  writtenFile(path: string): Stdin | undefined {
    return heldBy(this.player, path);
  }

  isMissing(path: string): boolean {
    return this.player.state.missing.has(path);
  }

  rememberFile(path: string, content: Stdin): void {
    this.player.state.write(path, content);
  }

  variable(name: string): string | undefined {
    const word = specialValue(this.player, name);
    return word?.known === true ? word.text : undefined;
  }

  isSet(name: string): boolean {
    return this.player.state.variables.has(name);
  }

  evidence(invocation: Pick<Invocation, "start" | "end">): Evidence {
    return this.player.evidence(invocation);
  }
}
