import { innerPlaceholder } from "./inner-placeholder.ts";

/** What a sandbox shows of the machine. All paths absolute; later lists win over earlier ones. */
export interface SandboxPlan {
  readonly home: string;
  readonly workspace: string;
  readonly cwd: string;
  readonly uid: number;
  /** Seen as they are, read-only: what of the home folder ordinary tools need. */
  readonly shown: readonly string[];
  /** Written through to the machine: caches, and the state of the agent that runs inside. */
  readonly writable: readonly string[];
  /** Written to, but neither renamed nor removed: what governs lies below. */
  readonly pinned: readonly string[];
  /** Read-only whatever lies around them: what governs agents. */
  readonly fixed: readonly string[];
  /** Hidden files that git keeps: opening one is refused, so that nothing stands in for it in a commit. */
  readonly refused: readonly string[];
  /** Hidden files that git does not keep: `placeholder` stands in their place. */
  readonly replaced: readonly string[];
  /** A file on the machine whose text stands in for hidden ones. */
  readonly placeholder: string;
  /** Where the broker is asked inside, and the socket on the machine that passes the questions on. */
  readonly asking?: { readonly inside: string; readonly outside: string };
  /** The host's name server settings, where their real file lies below `/run`. */
  readonly nameServers?: string;
  /** True where a terminal is used: its device is passed through. */
  readonly terminal: boolean;
  readonly network: boolean;
}

/**
 * The arguments of bwrap for a plan; the command comes behind them. The filter for system calls is expected on descriptor
 * `filter`. Pure.
 */
export function bwrapArguments(plan: SandboxPlan, filter: number): readonly string[] {
  const bound = (option: string, paths: readonly string[]): readonly string[] =>
    paths.flatMap((path) => [option, path, path]);
  const steps: readonly (readonly string[])[] = [
    // INVARIANT: nothing inside outlives bwrap, and nothing inside sees or signals what runs outside.
    ["--die-with-parent", "--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts"],
    ["--unshare-cgroup-try", "--cap-drop", "ALL"],
    plan.network ? [] : ["--unshare-net"],
    ["--ro-bind", "/", "/", "--dev", "/dev"],
    plan.terminal ? ["--dev-bind", "/dev/pts", "/dev/pts", "--dev-bind", "/dev/ptmx", "/dev/ptmx"] : [],
    ["--proc", "/proc", "--tmpfs", "/tmp", "--tmpfs", "/var/tmp", "--tmpfs", "/run"],
    ["--perms", "0700", "--dir", `/run/user/${plan.uid}`],
    ["--ro-bind", plan.placeholder, innerPlaceholder],
    plan.nameServers === undefined ? [] : ["--ro-bind", plan.nameServers, plan.nameServers],
    ["--tmpfs", plan.home],
    bound("--ro-bind-try", plan.shown),
    bound("--bind-try", plan.writable),
    ["--bind", plan.workspace, plan.workspace],
    // A mount point stays where it is.
    bound("--bind-try", plan.pinned),
    bound("--ro-bind-try", plan.fixed),
    plan.refused.flatMap((path) => ["--ro-bind-try", "/dev/null", path]),
    plan.replaced.flatMap((path) => ["--ro-bind-try", plan.placeholder, path]),
    plan.asking === undefined ? [] : ["--bind", plan.asking.outside, plan.asking.inside],
    ["--chdir", plan.cwd, "--seccomp", String(filter), "--"],
  ];
  return steps.flat();
}
