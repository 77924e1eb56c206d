import { spawn } from "node:child_process";
import { existsSync, lstatSync, readdirSync, readFileSync, statSync, watch, type FSWatcher } from "node:fs";
import { dirname, join } from "node:path";

const perl = "/usr/bin/perl";

/** True where a mask can be put into a sandbox that already runs: Node itself can join no namespace. */
export function canRemask(arch: string = process.arch): boolean {
  return existsSync(perl) && callNumbers.has(arch);
}

/** `setns` and `mount`. */
const callNumbers: ReadonlyMap<string, readonly [number, number]> = new Map([
  ["x64", [308, 165]],
  ["arm64", [268, 40]],
]);

// Joins the user and the mount namespace of a process, and binds one file over another there. The user namespace comes first:
// it is what gives the right to join the other. Then it is made read-only, without devices and set-user-id. Exit code 0 once the mask is in place.
const script = `
my ($pid, $setns, $mount, $source, @targets) = @ARGV;
open(my $user, '<', "/proc/$pid/ns/user") or exit 3;
open(my $mnt, '<', "/proc/$pid/ns/mnt") or exit 3;
syscall($setns + 0, fileno($user), 0x10000000) == 0 or exit 4;
syscall($setns + 0, fileno($mnt), 0x00020000) == 0 or exit 5;
my $failed = 0;
for my $target (@targets) {
  next unless -f $target;
  my ($from, $to, $none) = ("$source\\0", "$target\\0", "\\0");
  $failed = 6 unless syscall($mount + 0, $from, $to, $none, 4096, 0) == 0
    && syscall($mount + 0, $none, $to, $none, 4096 | 32 | 7, 0) == 0;
}
exit $failed;
`;

/**
 * Hides files from a sandbox that runs, behind a file that is seen there; `pid` is any of its processes as seen from outside.
 * Resolves to whether it worked.
 */
export function maskInside(
  pid: number,
  { behind, targets }: { readonly behind: string; readonly targets: readonly string[] },
): Promise<boolean> {
  const [setns, mount] = callNumbers.get(process.arch) ?? [0, 0];
  const child = spawn(
    perl,
    ["-e", script, "--", String(pid), String(setns), String(mount), behind, ...targets],
    { stdio: "ignore", env: {}, timeout: 5000 },
  );
  return new Promise((resolve) => {
    child.on("error", () => resolve(false));
    child.on("exit", (code) => resolve(code === 0));
  });
}

const longestTemplate = 64 * 1024;

/** True where a file says the same as one beside it, or nothing yet: what was copied from a template holds no secret. */
export function repeatsNeighbour(path: string, isHidden: (path: string) => boolean): boolean {
  const folder = dirname(path);
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > longestTemplate) {
    return false;
  }
  if (size === 0) {
    // It was only just made: what comes into it is looked at when it comes.
    return true;
  }
  const text = readFileSync(path);
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(folder, entry.name))
    .filter((other) => other !== path && statSync(other, { throwIfNoEntry: false })?.size === size)
    .some((other) => !isHidden(other) && readFileSync(other).equals(text));
}

/** Folders that are watched at most: the system has a limit for all of a user's programs together. */
const maximumFolders = 4000;
/** Generated and fetched: what is made there by the thousand is not anybody's secret. */
const left: ReadonlySet<string> = new Set([".git", "node_modules", ".venv", "target", "__pycache__"]);

/**
 * Tells of files that appear below a folder, also in place of others: a mask goes with the file that it was put over. Folders
 * that are made later are watched as well. `complete` says whether all could be watched.
 */
export class AppearingFiles {
  private readonly watchers = new Map<string, FSWatcher>();
  private readonly tell: (path: string) => void;
  private readonly isOpen: (path: string) => boolean;
  complete = true;

  /** `isOpen`: a file without a mask, which is told of when something is written into it as well. */
  constructor(root: string, tell: (path: string) => void, isOpen: (path: string) => boolean) {
    this.tell = tell;
    this.isOpen = isOpen;
    this.add(root, false);
  }

  close(): void {
    for (const watcher of this.watchers.values()) {
      watcher.close();
    }
    this.watchers.clear();
  }

  /** `fresh`: what lies in the folder already may have come before it was watched. */
  private add(folder: string, fresh: boolean): void {
    if (this.watchers.has(folder)) {
      return;
    }
    if (this.watchers.size >= maximumFolders) {
      this.complete = false;
      return;
    }
    try {
      const watcher = watch(folder, { persistent: false }, (event, name) => {
        // What is written in place keeps its mask, if it has one.
        if (name !== null && (event === "rename" || this.isOpen(join(folder, name)))) {
          this.seen(join(folder, name));
        }
      });
      watcher.on("error", () => this.drop(folder));
      this.watchers.set(folder, watcher);
      for (const entry of readdirSync(folder, { withFileTypes: true })) {
        if (entry.isDirectory() && !left.has(entry.name)) {
          this.add(join(folder, entry.name), fresh);
        } else if (fresh && entry.isFile()) {
          this.tell(join(folder, entry.name));
        }
      }
    } catch {
      this.complete = false;
    }
  }

  private seen(path: string): void {
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found?.isFile() === true) {
      this.tell(path);
    } else if (found?.isDirectory() === true) {
      this.add(path, true);
    } else {
      this.drop(path);
    }
  }

  private drop(folder: string): void {
    this.watchers.get(folder)?.close();
    this.watchers.delete(folder);
  }
}
