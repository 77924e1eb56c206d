import type { Lookups } from "../model/lookups.ts";
import type { PathEntry } from "../policy/compiled.ts";
import { normalisePath, pathPattern } from "../policy/path-pattern.ts";

/** Every name that one file is known by, so that an answer does not depend on the name used. */
export interface PathForms {
  /** As asked for, resolved, and resolved but below the workspace's own name. */
  readonly all: readonly string[];
  readonly real: string;
  /** The resolved path below the workspace's own name where it lies in the workspace: what allowing patterns match. */
  readonly mapped: string;
}

/** Asks the file system at most once for each path of a request. */
export class PathWorld {
  readonly lookups: Lookups;
  readonly workspace: string;
  readonly #forms = new Map<string, PathForms>();
  readonly #real = new Map<string, string>();

  constructor(lookups: Lookups, workspace: string) {
    this.lookups = lookups;
    this.workspace = normalisePath(workspace);
  }

  /** `written` is the name that the agent used where it differs from the path: it counts as well. */
  forms(path: string, written: string = path): PathForms {
    const key = `${path}\n${written}`;
    const known = this.#forms.get(key);
    if (known !== undefined) {
      return known;
    }
    const asked = normalisePath(path);
    const real = this.realPath(asked);
    // After a symlink, `..` leads elsewhere than the text says; then both places count.
    const followed = path.includes("/../") ? [this.realPath(path)] : [];
    const mapped =
      this.#below(this.workspace, real) ?? this.#below(normalisePath(this.lookups.home), real) ?? real;
    const forms = {
      all: everySpelling([
        asked,
        real,
        mapped,
        ...followed,
        ...(isAbsolute(written) ? [normalisePath(written)] : []),
      ]),
      real,
      mapped,
    };
    this.#forms.set(key, forms);
    return forms;
  }

  realPath(path: string): string {
    let real = this.#real.get(path);
    if (real === undefined) {
      real = normalisePath(this.lookups.realPath(path));
      this.#real.set(path, real);
    }
    return real;
  }

  isInWorkspace(forms: PathForms): boolean {
    return this.#isWithin(forms.mapped, this.workspace);
  }

  /** INVARIANT: an allowed literal is the file itself: what its last steps link to is not allowed by its name. */
  isNamedBy(entry: PathEntry, forms: PathForms): boolean {
    if (entry.anchor === undefined) {
      return false;
    }
    const expected = normalisePath(
      `${this.realPath(entry.anchor.base === "" ? "/" : entry.anchor.base)}${entry.anchor.rest}`,
    );
    return this.#same(expected, forms.real);
  }

  #below(root: string, real: string): string | undefined {
    const realRoot = this.realPath(root);
    return realRoot !== root && this.#isWithin(real, realRoot)
      ? `${root}${real.slice(realRoot.length)}`
      : undefined;
  }

  #isWithin(path: string, root: string): boolean {
    return (
      root === "/" ||
      (this.#same(path.slice(0, root.length), root) &&
        (path.length === root.length || path[root.length] === "/"))
    );
  }

  #same(a: string, b: string): boolean {
    return a === b || (!this.lookups.caseSensitive && a.toLowerCase() === b.toLowerCase());
  }
}

/** The names without repetitions, letters with marks also as one character: some file systems make no difference. */
function everySpelling(names: readonly string[]): readonly string[] {
  const plain = new Set(names);
  for (const name of names) {
    if (/[^\0-\u007f]/.test(name)) {
      plain.add(name.normalize("NFC"));
    }
  }
  return [...plain];
}

/** Names of files that a glob must not be a way to. */
const probes = [
  ".env",
  ".env.local",
  ".env.production",
  "id_rsa",
  "id_ed25519",
  "credentials",
  ".netrc",
  ".npmrc",
];

/**
 * A path that still holds a glob stands for files that nobody has listed (`find -name '*env*'`). Gives the names of
 * secret-bearing files among those that it may stand for; a glob for everything says nothing about any.
 */
export function meantByGlob(path: string): readonly string[] {
  const slash = path.lastIndexOf("/");
  const name = path.slice(slash + 1);
  if (!/[*?[{]/.test(name) || /^\*+$/.test(name)) {
    return [];
  }
  const folder = path.slice(0, slash);
  const glob = pathPattern(`./${name}`, { workspace: folder, home: folder, reach: "wide" });
  return glob.ok
    ? probes.map((probe) => `${folder}/${probe}`).filter((probe) => glob.value.matches(probe))
    : [];
}

/** What people are shown of a target need not be a path at all. */
function isAbsolute(text: string): boolean {
  return /^(\/|[A-Za-z]:\/)/.test(text);
}

/** Devices, and folders that everybody may write and nobody keeps things in. */
export function isTemporary(real: string): boolean {
  return (
    /^\/dev\/(null|zero|stdout|stderr|stdin|tty|full|u?random|fd\/\d+|shm\/.+|pts\/\d+)$/.test(real) ||
    /^\/proc\/(self|\d+)\/fd\/\d+$/.test(real) ||
    /^(\/private)?\/(tmp|var\/tmp)\/./.test(real) ||
    /^(\/private)?\/var\/folders\/./.test(real) ||
    /^[A-Za-z]:\/Users\/[^/]+\/AppData\/Local\/Temp\/./i.test(real)
  );
}

const ownFolders =
  /^(?:bin|\.local\/bin)$|^(?:bin|\.local\/(?:bin|lib|share\/(?:man|bash-completion|zsh|fish|icons|fonts))|\.cache|\.npm|\.npm-global|\.pnpm-store|\.yarn|\.bun|\.deno|\.cargo\/(?:bin|registry|git)|\.rustup|\.gradle\/caches|\.m2\/repository|\.pyenv|\.nvm|\.rbenv|\.asdf|\.sdkman|\.volta|\.krew|\.docker\/cli-plugins|\.kube\/cache|\.terraform\.d\/plugins|\.helm|\.bats|\.oh-my-zsh\/(?:custom\/plugins|completions|cache)|go\/(?:bin|pkg)|Library\/Caches|Downloads)(?:\/|$)/;

/** Settings and completions of a tool, as data; what starts by itself, editors and agents are none of these. */
const ownSettings =
  /^(?:\.config\/(?!(?:Code|Cursor|VSCodium|Windsurf|zed|nvim|opencode|claude|codex|gemini|qwen|goose|crush|amp|github-copilot|systemd|autostart|environment\.d|git|direnv|mise|zsh|bash|fish)(?:[ /-]|$))[\w.-]+\/(?:[\w.-]+\/)*[\w-]+\.(?:toml|ya?ml|json|jsonc|ini|conf|cfg|properties)|(?:\.config\/|\.)?[\w.-]+\/(?:completions?|site-functions)\/[\w.-]+|\.bash_completion(?:\.d\/[\w.-]+)?|\.ssh\/known_hosts|\.[\w-]+\/(?:[\w-]*logs?\/[\w.-]+|[\w.-]+\.log))$/;

/** What package managers fetch again: emptying it costs time and nothing else. */
const fetchedAgain =
  /^~\/(?:\.cache|\.npm|\.yarn\/(?:berry\/)?cache|\.pnpm-store|\.local\/share\/pnpm\/store|\.gradle\/caches|\.m2\/repository|\.cargo\/(?:registry|git)|\.nuget\/packages|\.bun\/install\/cache|\.pub-cache|\.expo|go\/pkg\/mod|Library\/Caches|Library\/Developer\/Xcode\/DerivedData)(?:\/|$)|^(?:\/root\/\.(?:cache|npm)|\/var\/cache|\/var\/lib\/apt\/lists)(?:\/|$)/;

export function isFetchedAgain(path: string, home: string): boolean {
  return fetchedAgain.test(path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path);
}

/** Where the user's own tools live and keep what they fetched: installing one there is everyday work. */
export function isOwnTool(path: string, home: string): boolean {
  if (!path.startsWith(`${home}/`)) {
    return false;
  }
  const below = path.slice(home.length + 1);
  return ownFolders.test(below) || ownSettings.test(below);
}

/** Devices that hold nothing to hide. */
export function isDevice(real: string): boolean {
  return /^\/dev\/(null|zero|stdin|stdout|stderr|tty|u?random|fd\/\d+)$/.test(real);
}
