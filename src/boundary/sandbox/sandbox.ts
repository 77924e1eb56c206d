import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, realpathSync, rmSync, statSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { basename, delimiter, dirname, join, resolve } from "node:path";
import { tmpdir } from "node:os";
import { err, ok, type Result } from "../../base/result.ts";
import { isGovernancePath } from "../../policy/governance-files.ts";
import { scopedEnvironment } from "./environment.ts";
import { filesBelow, otherNames } from "./hidden-names.ts";
import { holdGoverning, repositoryOf, type HeldPlaces } from "./governing.ts";
import { bringsSandbox, homeView, leadsToAbsent, type HomeView } from "./home-view.ts";
import { bwrapArguments, type SandboxPlan } from "./plan.ts";
import { outerPid } from "./inner-pids.ts";
import { hookRelay } from "./relay.ts";
import { innerPlaceholder } from "./inner-placeholder.ts";
import { AppearingFiles, canRemask, maskInside, repeatsNeighbour } from "./remask.ts";
import { seccompFilter } from "./seccomp.ts";
import { findBwrap, type Unsupported } from "./support.ts";

/** What decides for the sandbox. */
export interface SandboxPorts {
  /** Those of the files that stay hidden. The paths are real ones. */
  readonly hidden: (paths: readonly string[]) => Promise<readonly string[]>;
  readonly isCredential: (name: string) => boolean;
  /** Names of variables that the task is granted. */
  readonly granted: ReadonlySet<string>;
}

export interface SandboxOptions {
  readonly program: string;
  readonly words: readonly string[];
  readonly home: string;
  /** Real path. */
  readonly workspace: string;
  readonly cwd: string;
  readonly stateDir: string;
  readonly askSocket: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Further folders to show, read-only. */
  readonly visible: readonly string[];
  readonly network: boolean;
  readonly terminal: boolean;
}

/** A command that runs in a sandbox. */
export interface Sandboxed {
  readonly child: ChildProcess;
  readonly hidden: readonly string[];
  /** Hidden files that git keeps: what its history holds is not hidden. */
  readonly tracked: readonly string[];
  readonly droppedVariables: readonly string[];
  /** True where what appears or is replaced while it runs is hidden as well, some milliseconds later. */
  readonly kept: boolean;
  /** Takes away what was made outside for it. */
  readonly close: () => void;
}

/** Files that are looked through at most. */
const maximumFiles = 400_000;
/** What bwrap takes for each mask grows with their number: a second for a thousand. */
const maximumMasks = 500;
const pathsAtOnce = 5000;

const placeholderText = "# hidden by Signalbox: this file is not in the scope of this session\n";

/** Starts a command in a sandbox. Nothing was started where it fails. */
export async function startSandbox(
  given: SandboxOptions,
  ports: SandboxPorts,
): Promise<Result<Sandboxed, Unsupported>> {
  const options = { ...given, visible: [...given.visible, ...programFolder(given)] };
  if (`${options.home}/`.startsWith(`${options.workspace}/`)) {
    return err({
      reason: `the workspace would be \`${options.workspace}\`, with all that your home folder holds`,
      remedy: "start in the folder of a project",
    });
  }
  const bwrap = findBwrap();
  if (!bwrap.ok) {
    return bwrap;
  }
  const agent = basename(options.program);
  const view = viewOf(options, agent);
  const masks = await findMasks(options, view, ports);
  if (!masks.ok) {
    return masks;
  }
  const { hidden, tracked, governing: found } = masks.value;
  const { workspace } = options;
  const repository = repositoryOf(workspace);
  const governing = holdGoverning({ workspace, own: view.own, ofAgent: view.fixed, found, repository });
  if (!governing.ok) {
    return governing;
  }
  const held = governing.value;
  const outside = makePlace();
  let child: ChildProcess | undefined;
  const relay = hookRelay({ brokerSocket: options.askSocket, root: () => child?.pid });
  relay.listen(outside.socket);
  await once(relay, "listening");
  const { kept: env, dropped } = scopedEnvironment(options.environment, ports);
  const plan = planOf(options, view, { ...masks.value, outside, held, repository });
  // In namespaces of its own an agent keeps what it saw when it made them.
  const nested = bringsSandbox(agent);
  child = start([bwrap.value, ...bwrapArguments(plan, filterDescriptor)], options, { env, nested });
  const keeper = canRemask()
    ? keepHidden(workspace, { child, masked: new Set(hidden), tracked: new Set(tracked) }, ports)
    : undefined;
  const close = (): void => {
    keeper?.close();
    relay.close();
    relay.closeAllConnections();
    tidyUp({ outside, held });
  };
  const kept = keeper?.complete === true && !nested;
  return ok({ child, hidden, tracked, droppedVariables: dropped, kept, close });
}

function viewOf({ home, environment }: SandboxOptions, program: string): HomeView {
  const view = homeView(home, { names: readdirSync(home), path: environment["PATH"] ?? "", program });
  // A mount follows links: one with a harmless name may lead to keys.
  const isAbsent = (path: string): boolean => leadsToAbsent(home, realPath(path) ?? path);
  return {
    ...view,
    shown: view.shown.filter((path) => !isAbsent(path)),
    writable: view.writable.filter((path) => !isAbsent(path)),
  };
}

/** How long changes are collected before they are looked at, in ms: an editor saves a file in several steps. */
const collectedMs = 5;

/** Hides what appears in the workspace while the sandbox runs: an editor's way of saving, `git checkout`, a new file. */
function keepHidden(
  workspace: string,
  {
    child,
    masked,
    tracked,
  }: {
    readonly child: ChildProcess;
    readonly masked: ReadonlySet<string>;
    readonly tracked: ReadonlySet<string>;
  },
  ports: SandboxPorts,
): AppearingFiles {
  let waiting = new Set<string>();
  /** Hidden names that only repeat a template so far: somebody may fill them in. */
  const copies = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const mask = async (): Promise<void> => {
    const paths = [...waiting];
    waiting = new Set();
    const named = new Set(await ports.hidden(paths));
    const hidden = [...named].filter(
      (path) => masked.has(path) || !repeatsNeighbour(path, (other) => named.has(other) || masked.has(other)),
    );
    for (const path of named) {
      copies.add(path);
    }
    for (const path of hidden) {
      copies.delete(path);
    }
    const first = child.pid === undefined || hidden.length === 0 ? undefined : outerPid(1, child.pid);
    if (first === undefined) {
      return;
    }
    const refused = hidden.filter((path) => tracked.has(path));
    const replaced = hidden.filter((path) => !tracked.has(path));
    const done =
      (await maskInside(first, { behind: innerPlaceholder, targets: replaced })) &&
      (await maskInside(first, { behind: "/dev/null", targets: refused }));
    if (!done && child.exitCode === null) {
      // INVARIANT: what cannot be hidden any more must not be read either.
      child.kill("SIGKILL");
    }
  };
  const tell = (path: string): void => {
    waiting.add(path);
    if (timer === undefined) {
      timer = setTimeout(() => {
        timer = undefined;
        mask().catch(() => child.kill("SIGKILL"));
      }, collectedMs);
    }
  };
  return new AppearingFiles(workspace, tell, (path) => copies.has(path));
}

/** The folder that the command lies in, where a sandbox would not have it: below the home folder, or among temporary files. */
function programFolder({ program, cwd, home, environment }: SandboxOptions): readonly string[] {
  const places = program.includes("/")
    ? [resolve(cwd, program)]
    : (environment["PATH"] ?? "")
        .split(delimiter)
        .filter((folder) => folder.startsWith("/"))
        .map((folder) => join(folder, program));
  const found = places.map(realFile).find((path) => path !== undefined);
  if (
    found === undefined ||
    (!/^(?:\/tmp|\/var\/tmp|\/run)\//.test(found) && !found.startsWith(`${home}/`))
  ) {
    return [];
  }
  // A program of a package needs what lies beside it.
  const packages = found.indexOf("/node_modules/");
  const folder = packages < 0 ? dirname(found) : found.slice(0, packages + "/node_modules".length);
  return `${home}/`.startsWith(`${folder}/`) ? [] : [folder];
}

/** What lies on the machine for one sandbox, in a folder that nobody else may enter. */
interface Outside {
  readonly folder: string;
  readonly placeholder: string;
  readonly socket: string;
}

function makePlace(): Outside {
  const folder = mkdtempSync(join(tmpdir(), "signalbox-sandbox-"));
  chmodSync(folder, 0o700);
  const placeholder = join(folder, "placeholder");
  writeFileSync(placeholder, placeholderText, { mode: 0o444 });
  return { folder, placeholder, socket: join(folder, "ask.sock") };
}

function tidyUp({ outside, held }: Pick<Prepared, "outside" | "held">): void {
  rmSync(outside.folder, { recursive: true, force: true });
  held.release();
}

interface Prepared {
  readonly outside: Outside;
  readonly held: HeldPlaces;
  /** Where the repository of a worktree lies. */
  readonly repository: readonly string[];
}

function planOf(
  options: SandboxOptions,
  view: HomeView,
  { hidden, tracked, outside, held, repository }: Masks & Prepared,
): SandboxPlan {
  const kept = new Set(tracked);
  return {
    home: options.home,
    workspace: options.workspace,
    cwd: options.cwd,
    uid: process.getuid?.() ?? 0,
    shown: [...view.shown, join(options.stateDir, "bin"), ...options.visible],
    writable: [...view.writable, ...repository],
    pinned: held.pinned,
    fixed: held.fixed,
    refused: hidden.filter((path) => kept.has(path)),
    replaced: hidden.filter((path) => !kept.has(path)),
    placeholder: outside.placeholder,
    asking: { inside: options.askSocket, outside: outside.socket },
    ...nameServers(),
    terminal: options.terminal,
    network: options.network,
  };
}

const filterDescriptor = 3;

function start(
  [program = "", ...words]: readonly string[],
  options: SandboxOptions,
  { env, nested }: { readonly env: Readonly<Record<string, string>>; readonly nested: boolean },
): ChildProcess {
  const child = spawn(program, [...words, options.program, ...options.words], {
    stdio: ["inherit", "inherit", "inherit", "pipe"],
    cwd: "/",
    env,
  });
  const pipe = child.stdio[filterDescriptor];
  if (pipe !== null && pipe !== undefined && "end" in pipe) {
    // bwrap may end before it has read all: its exit says so. Without a filter it starts nothing.
    pipe.on("error", () => undefined);
    pipe.end(seccompFilter(process.arch, { nested }));
  }
  return child;
}

interface Masks {
  readonly hidden: readonly string[];
  readonly tracked: readonly string[];
  /** Files in the workspace and among the agent's own that govern agents. */
  readonly governing: readonly string[];
}

async function findMasks(
  { workspace, home, visible }: SandboxOptions,
  { shown, own }: HomeView,
  ports: SandboxPorts,
): Promise<Result<Masks, Unsupported>> {
  const whole = [workspace, ...visible].map((folder) => ({
    folder,
    ...filesBelow(folder, { depth: 64, limit: maximumFiles }),
  }));
  const large = whole.find(({ cut }) => cut);
  if (large !== undefined) {
    return err({
      reason: `\`${large.folder}\` holds more than ${maximumFiles} files, too many to look for hidden ones`,
      remedy: "start in the folder of the project itself, and show none with more",
    });
  }
  // Tools keep their secrets near the top; their caches go deep.
  const atHome = [
    filesBelow(home, { depth: 1, limit: 5000 }),
    ...shown
      .filter((folder) => !workspace.startsWith(`${folder}/`))
      .map((folder) => filesBelow(folder, { depth: 4, limit: 20_000 })),
  ];
  const links = [...whole, ...atHome].flatMap((found) => found.links);
  const isOwn = (path: string): boolean =>
    own.some((folder) => path === folder || path.startsWith(`${folder}/`));
  const found = [...new Set([...whole, ...atHome].flatMap(({ paths }) => paths))];
  const governing = found.filter(
    (path) =>
      isGovernancePath(path, false) &&
      (path.startsWith(`${workspace}/`) || own.some((folder) => path.startsWith(`${folder}/`))),
  );
  const all = found.filter((path) => !isOwn(path));
  const named: string[] = [];
  for (let from = 0; from < all.length; from += pathsAtOnce) {
    named.push(...(await ports.hidden(all.slice(from, from + pathsAtOnce))));
  }
  // A link with a hidden name leads to what is hidden, whatever that is called.
  const behind = (await ports.hidden(links)).map(realFile).filter((path) => path !== undefined);
  const hidden = [...new Set([...named, ...otherNames(all, named), ...behind])];
  if (hidden.length > maximumMasks) {
    const folder = mostOf(hidden);
    return err({
      reason: `${hidden.length} files are hidden, more than the ${maximumMasks} that a sandbox can mask (most below \`${folder}\`)`,
      remedy: "narrow `hidden_files` in the policy, or start in a folder with fewer of them",
    });
  }
  return ok({ hidden, tracked: trackedAmong(hidden, workspace), governing });
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

function realFile(link: string): string | undefined {
  try {
    const path = realpathSync(link);
    return statSync(path).isFile() ? path : undefined;
  } catch {
    return undefined;
  }
}

function mostOf(paths: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const path of paths) {
    const folder = dirname(path);
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  return [...counts].toSorted((a, b) => b[1] - a[1])[0]?.[0] ?? "";
}

/** Those that git keeps. Where git cannot be asked, all of them: a placeholder must never be committed. */
function trackedAmong(paths: readonly string[], workspace: string): readonly string[] {
  const inside = paths.filter((path) => path.startsWith(`${workspace}/`));
  if (inside.length === 0) {
    return [];
  }
  const listed = spawnSync(
    "/usr/bin/git",
    ["-c", "core.fsmonitor=false", "-C", workspace, "ls-files", "-z", "--", ...inside],
    {
      encoding: "utf8",
      timeout: 10_000,
      env: { PATH: "/usr/bin:/bin", GIT_OPTIONAL_LOCKS: "0", GIT_CONFIG_NOSYSTEM: "1" },
    },
  );
  if (listed.status !== 0) {
    return /not a git repository/.test(listed.stderr ?? "") ? [] : inside;
  }
  return listed.stdout
    .split("\0")
    .filter((name) => name !== "")
    .map((name) => join(workspace, name));
}

/** `/etc/resolv.conf` is a link into `/run` on many systems, which a sandbox does not have. */
function nameServers(): { readonly nameServers?: string } {
  try {
    const real = realpathSync("/etc/resolv.conf");
    return real.startsWith("/run/") ? { nameServers: real } : {};
  } catch {
    return {};
  }
}
