import { isGovernancePath } from "../policy/governance-files.ts";
import { globPattern, isBoundedPattern } from "./shell/glob.ts";

/** An absolute path without `.`, `..`, double or trailing slashes. Purely textual; symlinks are the look-ups' part. */
export function normalizePath(path: string): string {
  if (!path.includes("//") && !path.includes("/.") && (path.length === 1 || !path.endsWith("/"))) {
    return path;
  }
  const kept: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "..") {
      kept.pop();
    } else if (segment !== "" && segment !== ".") {
      kept.push(segment);
    }
  }
  const drive = kept[0]?.endsWith(":") === true && !path.startsWith("/");
  return drive ? `${kept[0] ?? ""}/${kept.slice(1).join("/")}` : `/${kept.join("/")}`;
}

/** `path` against `base`; Windows drives are written `C:/…` and stand for themselves. */
export function joinPath(base: string, path: string): string {
  const slashed = path.includes("\\") && /^(?:[A-Za-z]:|\\)/.test(path) ? path.replaceAll("\\", "/") : path;
  return slashed.startsWith("/") || /^[A-Za-z]:\//.test(slashed)
    ? normalizePath(slashed)
    : normalizePath(`${base}/${slashed}`);
}

export function parentOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash <= 0 ? "/" : path.slice(0, slash);
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** True for `folder` itself and for everything in it. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || folder === "/" || (path.startsWith(folder) && path.charAt(folder.length) === "/");
}

/** A path of a container as a path of this machine, where it lies in a folder of it; undefined elsewhere. */
export function pathHere(
  path: string,
  mounts: readonly { readonly source: string; readonly target: string }[] = [],
): string | undefined {
  const mount = mounts.find(({ target }) => isWithin(path, target));
  return mount === undefined
    ? undefined
    : normalizePath(`${mount.source}/${path.slice(mount.target === "/" ? 1 : mount.target.length)}`);
}

/** What paths are judged against. */
export interface Ground {
  readonly workspace: string;
  readonly home: string;
}

const temporary = ["/tmp", "/var/tmp", "/private/tmp", "/private/var/folders", "/var/folders", "/dev/shm"];

const caches = [
  "~/.cache",
  "~/.npm",
  "~/.yarn",
  "~/.pnpm-store",
  "~/.gradle/caches",
  "~/.m2/repository",
  "~/.cargo/registry",
  "~/.cargo/git",
  "~/.nuget/packages",
  "~/.bun/install/cache",
  "~/.expo",
  "~/.terraform.d/plugin-cache",
  "~/.local/share/Trash",
  "~/.local/share/pnpm",
  "~/.pub-cache",
  "~/go/pkg/mod",
  "~/Library/Caches",
  "~/Library/Developer/Xcode/DerivedData",
  "/root/.cache",
  "/root/.npm",
  "/var/cache",
  "/var/lib/apt/lists",
];

/** Names of folders that a build, a tool or a test run makes again. */
const buildOutput =
  /^(?:node_modules|bower_components|dist|build|out|target|bin|obj|coverage|htmlcov|vendor|tmp|temp|logs?|release|debug|generated|artifacts?|_site|_build|public|site|reports?|results?|output|outputs|screenshots|test-results|playwright-report|storybook-static|cmake-build-.*|CMakeFiles|DerivedData|Pods|venv|env|\.venv|\.?virtualenv|__pycache__|\.pytest_cache|\.mypy_cache|\.ruff_cache|\.tox|\.nox|\.eggs|.*\.egg-info|wheelhouse|\.cache|\.parcel-cache|\.turbo|\.next|\.nuxt|\.output|\.svelte-kit|\.angular|\.vite|\.vercel|\.netlify|\.serverless|\.terraform|\.gradle|\.nyc_output|\.eslintcache|\.stylelintcache|\.sass-cache|\.webpack|\.rollup.cache|\.expo|\.docusaurus|\.vscode-test|\.wrangler|\.nx|\.yarn|\.pnpm-store|\.stack-work|\.dart_tool|\.build|\.bundle|.*-build|build-.*|dist-.*|.*-dist|.*[._-]cache|cache|.*[._-]te?mp|te?mp[._-].*|.*\.tmp|.*\.log|.*\.bak|.*\.pyc|.*\.o|.*\.tsbuildinfo)$/i;

/** Names of folders at the top of a project that hold what people wrote. */
const sourceTree =
  /^(?:src|source|sources|lib|libs|app|apps|packages|modules|crates|pkg|cmd|internal|server|client|frontend|backend|api|web|core|components|pages|views|controllers|models|services|test|tests|spec|__tests__|docs|doc|scripts|tools|config|configs|conf|include|assets|static|content|data|db|database|migrations|prisma|schema|schemas|infra|infrastructure|terraform|deploy|k8s|charts|helm|ansible|\.github|\.gitlab|\.circleci|\.vscode|\.devcontainer|\.husky|\.claude|\.cursor)$/i;

function isTemporary(path: string): boolean {
  return temporary.some((folder) => isWithin(path, folder));
}

function isCache(path: string, home: string): boolean {
  return caches.some((folder) => isWithin(path, folder.startsWith("~") ? home + folder.slice(1) : folder));
}

function hasBuildSegment(relative: string): boolean {
  return relative.split("/").some((segment) => buildOutput.test(segment));
}

/** Why deleting `path` cannot be shrugged off; undefined where it can: build output, caches, temporary and single files. */
export function whyPrecious(path: string, ground: Ground, recursive: boolean): string | undefined {
  const { workspace, home } = ground;
  if (path === "/" || /^[A-Za-z]:\/?$/.test(path)) {
    return "it is the root of the file system";
  }
  if (isWithin(home, path)) {
    return path === home ? "it is the home folder" : "it holds the home folder";
  }
  if (isWithin(workspace, path)) {
    return path === workspace ? "it is the whole workspace" : "it holds the workspace";
  }
  if (isWithin(path, workspace)) {
    return whyPreciousInside(path.slice(workspace.length + 1), recursive);
  }
  if (isTemporary(path) || isCache(path, home)) {
    return undefined;
  }
  return "it lies outside the workspace";
}

/** What people write by hand, by its ending; what compilers write as well is not among these. */
const written =
  /\/\*+\.(?:tsx?|mts|cts|jsx|py|rb|go|rs|java|kts?|c|cc|cpp|h|hpp|cs|php|swift|scala|clj|exs?|erl|hs|lua|vue|svelte|md|mdx|rst|sql|ya?ml|toml|tf|ipynb|sh)$/;

/** `find -name '*.py'` stands for every such file below the start: a whole source tree under another name. */
export function whyEveryKind(path: string, { workspace }: Ground): string | undefined {
  return written.test(path) &&
    isWithin(path, workspace) &&
    !hasBuildSegment(parentOf(path).slice(workspace.length + 1))
    ? "it stands for every file of its kind"
    : undefined;
}

function whyPreciousInside(relative: string, recursive: boolean): string | undefined {
  if (
    relative === ".git" ||
    (recursive &&
      /^\.git\/(?:objects|refs|logs|worktrees|modules)?/.test(relative) &&
      !relative.endsWith(".lock"))
  ) {
    return "it is the history of the repository";
  }
  if (!recursive || hasBuildSegment(relative)) {
    return undefined;
  }
  return sourceTree.test(relative) ? "it is a whole source tree" : undefined;
}

/** Why deleting a path of which only the start is known cannot be shrugged off. */
export function whyPreciousUnknown(
  parts: { readonly prefix: string | undefined; readonly suffix: string },
  ground: Ground,
  recursive: boolean,
): string | undefined {
  const { prefix, suffix } = parts;
  const lastSuffix = suffix.replace(/\/+\*?$/, "");
  if (lastSuffix.startsWith("/") && lastSuffix.length > 1) {
    const segments = lastSuffix.slice(1);
    if (hasBuildSegment(segments)) {
      return undefined;
    }
  }
  if (prefix === undefined || prefix === "") {
    return recursive || suffix.includes("*")
      ? "what it names is not known before it runs, and may be anything"
      : undefined;
  }
  return whyPrecious(prefix === "/" ? "/" : normalizePath(prefix), ground, recursive);
}

/** Files that decide what starts by itself later: shell start-up, schedulers, hooks, autostart. */
const startUp =
  /(?:^|\/)(?:\.bashrc|\.bash_profile|\.bash_login|\.bash_logout|\.profile|\.zshrc|\.zshenv|\.zprofile|\.zlogin|\.xinitrc|\.xprofile|\.inputrc|\.vimrc|config\.fish|\.pam_environment|authorized_keys2?|rc\.local|(?:site|user)customize\.py)$|\/\.config\/(?:autostart|systemd\/user|fish\/conf\.d)\/|\/Library\/Launch(?:Agents|Daemons)\/|\/\.ssh\/(?:config|rc)$|^\/etc\/(?:cron[^/]*|profile\.d|profile|bash\.bashrc|zsh|init\.d|systemd|rc\.local|ld\.so\.preload|ld\.so\.conf\.d|sudoers(?:\.d)?)(?:\/|$)|^\/var\/spool\/cron\/|\/\.git\/hooks\/(?!.*\.sample$)|\/\.git\/config$|\/\.gitconfig$|\/\.config\/git\/config$|^(?:\/home\/[^/]+|\/Users\/[^/]+|\/root)\/(?:\.local\/)?bin\/(?:git|ls|cd|cat|cp|mv|rm|find|grep|sed|env|sudo|su|ssh|scp|curl|wget|npm|npx|node|python3?|pip3?|bash|zsh|sh|claude|codex|cursor|cursor-agent|gemini|signalbox)$/;

export function isStartUpFile(path: string): boolean {
  return startUp.test(path);
}

/** Policies, Signalbox's own state, and the switches of agents: changing such a file can silence a boundary. */
export function isGovernanceFile(path: string): boolean {
  return isGovernancePath(path, false);
}

/** The same, and the folders that hold such files: replacing or unpacking into one replaces them. */
export function isGovernanceFolder(path: string): boolean {
  return isGovernancePath(path, true);
}

const systemFolders =
  /^\/(?:etc|usr|bin|sbin|lib|lib64|boot|sys|proc|opt|var\/(?:lib|log|spool|www)|System|Library|Applications)(?:\/|$)|^[A-Za-z]:\/Windows(?:\/|$)/;

export function isSystemPath(path: string): boolean {
  return (
    systemFolders.test(path) &&
    !/^\/proc\/self\/fd\/|^\/usr\/local\/(?:share|lib|bin|include|etc|man|src)(?:\/|$)/.test(path)
  );
}

const devices =
  /^\/dev\/(?:sd[a-z]|hd[a-z]|vd[a-z]|xvd[a-z]|nvme\d|mmcblk\d|disk\d|rdisk\d|loop\d|md\d|dm-\d|mapper\/|pmem\d|sr\d|mem$|kmem$|nbd\d|zram\d)/;

export function isBlockDevice(path: string): boolean {
  return devices.test(path);
}

/** Files that hold secrets by their name: what must not be sent anywhere. */
const secrets =
  /(?:^|\/)(?:\.env(?:\.(?!example$|sample$|template$|dist$|defaults$|test$)[^/]*)?|\.envrc|\.netrc|_netrc|\.pgpass|\.my\.cnf|\.npmrc|\.pypirc|\.boto|\.dockercfg|\.git-credentials|\.htpasswd|\.vault-token|\.credentials(?:\.json)?|credentials(?:\.json|\.db|\.csv)?|secrets?(?:\.(?:txt|json|ya?ml|toml|env|ini|key))?|service[-_]?account[^/]*\.json|id_(?:rsa|dsa|ecdsa|ed25519)[^/]*(?<!\.pub)|[^/]*\.(?:pem|key|p12|pfx|jks|keystore|kdbx|ppk|asc|gpg)|shadow|gshadow|master\.key|terraform\.tfstate[^/]*|\.terraformrc|[^/]*\.tfvars|login\.keychain[^/]*|cookies\.sqlite|key4\.db|logins\.json|\.(?:bash|zsh|psql|mysql|python|node_repl)_history)$|\/\.(?:ssh|aws\/(?:sso|cli)|azure|gnupg|kube|config\/gcloud|docker|railway|config\/gh|config\/op|password-store)\/(?!known_hosts$)[^/]+|^\/proc\/(?:\d+|self)\/environ$|^\/etc\/(?:passwd|shadow|sudoers|ssl\/private\/)/i;

export function isSecretFile(path: string): boolean {
  return secrets.test(path) && !path.endsWith(".pub");
}

/** Existing paths that an absolute path with globs stands for, at most 200; the path itself where none is known. */
export function expandGlob(
  path: string,
  list: (folder: string) => readonly string[],
  dotFiles = false,
): readonly string[] {
  if (!path.startsWith("/") || !/[*?[]/.test(path)) {
    return [path];
  }
  let found: readonly string[] = [""];
  for (const segment of path.split("/").slice(1)) {
    if (!/[*?[]/.test(segment)) {
      found = found.map((folder) => `${folder}/${segment}`);
      continue;
    }
    if (segment === "**" || !isBoundedPattern(segment)) {
      return [path];
    }
    const pattern = globPattern(segment, true);
    found = found
      .flatMap((folder) =>
        list(folder === "" ? "/" : folder)
          .filter(
            (name) => (dotFiles || !name.startsWith(".") || segment.startsWith(".")) && pattern.test(name),
          )
          .map((name) => `${folder}/${name}`),
      )
      .slice(0, 200);
  }
  return found.length === 0 ? [path] : found;
}
