import { spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { basesIn, type Base, type World } from "./bases.ts";
import type { Spelled } from "./technique.ts";

/** Programs that only compute, or only start what they are given: the real ones. Nothing else is on the PATH. */
const real =
  "sh bash dash env cat tee head tail cut tr rev tac sed awk mawk grep sort fold paste iconv base64 base32 xxd openssl gzip gunzip zcat xz jq printf echo true false sleep mkdir mkfifo cp mv ln install touch mktemp id uname xargs find timeout nice nohup setsid stdbuf ionice flock script python3 perl node ed gdb tclsh make tar split parallel uudecode choom prlimit taskset setpriv patch csplit";

/** Stands for programs that carry a command to where this machine is not: it runs what it is handed here. */
const carriers: Readonly<Record<string, string>> = {
  sudo: 'while :; do case $1 in -u) shift 2;; -*) shift;; *=*) export "$1"; shift;; *) break;; esac; done; exec "$@"',
  doas: 'exec "$@"',
  su: 'shift; [ "$1" = -c ] && exec sh -c "$2"',
  busybox: 'exec "$@"',
  toybox: 'exec "$@"',
  retry: 'while [ "$1" != -- ]; do shift; done; shift; exec "$@"',
  attempt: 'shift; exec "$@"',
  carry: 'exec sh -c "$2"',
  ssh: 'while :; do case $1 in -o|-p) shift 2;; -*) shift;; *) break;; esac; done; shift; [ "$1" = -- ] && shift; [ $# -eq 0 ] && exec sh; exec sh -c "$*"',
  npx: 'shift; exec sh -c "$1"',
  npm: 'shift 2; exec sh -c "$1"',
  "systemd-run": 'shift; exec "$@"',
};

/** Programs of the bases that also carry: only these first words make them do so. */
const sometimes: Readonly<Record<string, string>> = {
  kubectl: '[ "$1" = exec ] && { while [ "$1" != -- ]; do shift; done; shift; exec "$@"; }',
  docker:
    'case $1 in exec) shift 2; exec "$@";; compose) shift 4; exec "$@";; run) while [ "$1" != tools ]; do shift; done; shift; exec "$@";; esac',
};

/**
 * A folder in which command lines are run by a real bash, where everything that could do harm is a stub that writes
 * down how it was called. PATH holds the stubs and harmless tools only, HOME and the working directory are temporary,
 * and where the tests run as root, the lines run as nobody.
 */
export class Stage {
  readonly folder: string;
  readonly world: World;
  readonly tools: ReadonlySet<string>;
  private readonly bin: string;

  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), "signalbox-evasion-"));
    this.bin = join(this.folder, "bin");
    mkdirSync(this.bin);
    this.world = { home: join(this.folder, "home"), disk: join(this.folder, "disk") };
    this.tools = new Set(real.split(" ").filter((name) => this.link(name)));
    const programs = [...basesIn(this.world).map(({ program }) => program), "chmod", "git", "curl"];
    for (const name of new Set([...programs, ...Object.keys(carriers)])) {
      this.stub(name);
    }
    chmodSync(this.folder, 0o755);
  }

  /** Runs one line and tells whether the program of its base was started with the base's words. */
  async proves(base: Base, spelled: Spelled | string): Promise<boolean> {
    const { command, files } = typeof spelled === "string" ? { command: spelled, files: {} } : spelled;
    const place = mkdtempSync(join(this.folder, "run-"));
    const log = join(place, "log");
    const work = join(place, "work");
    mkdirSync(join(work, ".git", "hooks"), { recursive: true });
    for (const [name, text] of Object.entries({ ".env": "A=1\n", ...files })) {
      mkdirSync(dirname(join(work, name)), { recursive: true });
      writeFileSync(join(work, name), text, { mode: 0o755 });
    }
    writeFileSync(log, "");
    for (const path of [place, work, join(work, ".git"), join(work, ".git", "hooks"), log]) {
      chmodSync(path, 0o777);
    }
    await this.run(command, work, log);
    const calls = readFileSync(log, "utf8");
    rmSync(place, { recursive: true, force: true });
    return wasCalled(calls, base);
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private link(name: string): boolean {
    const path =
      name === "node"
        ? process.execPath
        : ["/usr/bin", "/bin", "/usr/local/bin"].map((folder) => join(folder, name)).find(existsSync);
    if (path !== undefined) {
      symlinkSync(path, join(this.bin, name));
    }
    return path !== undefined;
  }

  private stub(name: string): void {
    const path = join(this.bin, name);
    const carries = carriers[name] ?? sometimes[name] ?? "";
    // A download prints a line that starts the payload, as a hostile script would.
    const prints = name === "curl" ? 'case "$*" in *x.sh) echo payload;; esac' : "";
    // `chmod` of the working directory is what makes a written script run; everything else is only written down.
    const works = name === "chmod" ? 'case "$*" in *" /"*) ;; *) exec /bin/chmod "$@";; esac' : "";
    writeFileSync(
      path,
      `#!/bin/bash -p\n${carries}\n{ printf '%s\\0' ${name} "$@"; printf '\\n\\0'; } >> "$STAGE_LOG"\n${prints}\n${works}\nexit 0\n`,
      { mode: 0o755 },
    );
  }

  private run(command: string, cwd: string, log: string): Promise<void> {
    const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
    return new Promise((resolve, reject) => {
      const child = spawn("/usr/bin/timeout", ["-k", "1", "5", "/bin/bash", "-c", command], {
        cwd,
        env: {
          PATH: this.bin,
          HOME: this.world.home,
          STAGE_LOG: log,
          SHELL: "/bin/sh",
          TMPDIR: cwd,
          LANG: "C.UTF-8",
        },
        stdio: ["ignore", "ignore", "ignore"],
        ...nobody,
      });
      child.on("error", reject);
      child.on("close", () => resolve());
    });
  }
}

/** Whether a call of the base stands in the log; what follows its own words does not matter. */
function wasCalled(log: string, base: Base): boolean {
  const calls = log.split("\n\0").map((call) => call.replace(/^\0/, "").split("\0").slice(0, -1));
  return calls.some((call) =>
    base.words === undefined
      ? call[0] === base.program
      : base.words.every((word, index) => call[index] === word),
  );
}
