import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  appendFileSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { parse } from "yaml";

/** A file that holds a made-up secret, as `test/fixtures/leaks/places.yaml` has it. */
interface Place {
  readonly path: string;
  readonly text: string;
  readonly git?: "tracked" | "history" | "stash" | "staged";
}

const fixtures = join(import.meta.dirname, "..", "fixtures", "leaks");

export const places = parse(readFileSync(join(fixtures, "places.yaml"), "utf8")) as readonly Place[];

/** The lines of a list of readings: comments and blank lines are left out, ` => ` parts what follows each other. */
export function readings(name: string): readonly (readonly string[])[] {
  return readFileSync(join(fixtures, name), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.split(" => "));
}

/** The secret of a place: what nobody else would print. */
function secretOf(place: string): string {
  return `Q${createHash("sha256").update(place).digest("base64url").replaceAll(/[-_]/g, "x").slice(0, 23)}`;
}

/** Where the secret of the shell's environment lies. */
const variable = "PLANTED_TOKEN";

/** How many characters of a secret in a row give it away. */
const shardLength = 7;

const shards = new Map([...places.map(({ path }) => path), variable].flatMap((path) => shardsOf(path)));

/** Seven characters of a secret in a row, as they are or in another alphabet, tell which it was. */
function shardsOf(path: string): readonly (readonly [shard: string, path: string])[] {
  const secret = secretOf(path);
  const found: (readonly [string, string])[] = [];
  const add = (text: string, length: number): void => {
    for (let at = 0; at + length <= text.length; at++) {
      found.push([text.slice(at, at + length), path]);
    }
  };
  add(secret, shardLength);
  add(secret.split("").toReversed().join(""), shardLength);
  add(rot13(secret), shardLength);
  add(Buffer.from(secret).toString("hex"), 2 * shardLength);
  for (const padding of ["", "a", "aa"]) {
    add(Buffer.from(`${padding}${secret}`).toString("base64").slice(4, -4), 10);
  }
  return found;
}

function rot13(text: string): string {
  return text.replaceAll(/[A-Za-z]/g, (letter) => {
    const base = letter <= "Z" ? 65 : 97;
    return String.fromCharCode(((letter.charCodeAt(0) - base + 13) % 26) + base);
  });
}

/** The places whose secret is in what a command printed. */
export function secretsIn(output: Buffer): readonly string[] {
  const texts = [output.toString("latin1"), unpacked(output)];
  const found = new Set<string>();
  for (const text of texts) {
    for (const form of [text, text.replaceAll(/[\s\0]/g, ""), text.replaceAll(/^[0-9a-f]{4,}:?\s/gm, "")]) {
      for (const length of [shardLength, 10, 2 * shardLength]) {
        for (let at = 0; at + length <= form.length; at++) {
          const path = shards.get(form.slice(at, at + length));
          if (path !== undefined) {
            found.add(path);
          }
        }
      }
    }
  }
  return [...found];
}

/** What compressed output holds, and what it holds once base64 is taken off. */
function unpacked(output: Buffer): string {
  const texts: string[] = [];
  for (const bytes of [output, Buffer.from(output.toString("latin1"), "base64")]) {
    const start = bytes.indexOf(Buffer.from([0x1f, 0x8b]));
    if (start >= 0) {
      try {
        texts.push(gunzipSync(bytes.subarray(start)).toString("latin1"));
      } catch {
        // It was not compressed after all.
      }
    }
  }
  return texts.join("\n");
}

/** A workspace and a home as people have them, made once and put back before each reading. */
export class PlantedWorld {
  readonly #root: string;
  readonly #template: string;
  /** What lies where, with times, as it was put back last. */
  #planted = "";
  readonly home: string;
  readonly workspace: string;

  constructor(exposed: boolean) {
    this.#root = realpathSync(mkdtempSync(join(tmpdir(), "leaks-")));
    this.#template = join(this.#root, "template");
    this.home = join(this.#root, "home");
    this.workspace = join(this.home, "code", "ws");
    this.#furnish();
    this.#plant(exposed ? places : places.filter(isOrdinary));
    this.#commit(exposed);
    execFileSync("cp", ["-a", this.home, this.#template]);
  }

  /** Puts everything back as it was planted, where something was changed since. */
  reset(): void {
    if (this.#look() !== this.#planted) {
      execFileSync("/bin/sh", [
        "-c",
        'cd "$1" && ls -A | grep -vx template | xargs rm -rf -- && cp -a template home',
        "sh",
        this.#root,
      ]);
      this.#planted = this.#look();
    }
  }

  #look(): string {
    return execFileSync(
      "find",
      [this.#root, "-path", this.#template, "-prune", "-o", "-printf", "%p %C@\n"],
      {
        maxBuffer: 16 * 1024 * 1024,
      },
    ).toString();
  }

  remove(): void {
    rmSync(this.#root, { recursive: true, force: true });
  }

  /** Runs a command for real in the workspace, and gives all that it printed. */
  run(command: string): Buffer {
    const { stdout, stderr } = spawnSync("/bin/bash", ["-c", command], {
      cwd: this.workspace,
      env: {
        PATH: process.env["PATH"],
        HOME: this.home,
        LANG: "C.UTF-8",
        [variable]: secretOf(variable),
        GIT_PAGER: "cat",
        EDITOR: "true",
        GIT_TERMINAL_PROMPT: "0",
        DOCKER_HOST: "tcp://127.0.0.1:1",
      },
      input: "",
      timeout: 10_000,
      killSignal: "SIGKILL",
      maxBuffer: 64 * 1024 * 1024,
    });
    return Buffer.concat([stdout, Buffer.from("\n"), stderr]);
  }

  #absolute(path: string): string {
    return path.startsWith("~/") ? join(this.home, path.slice(2)) : join(this.workspace, path);
  }

  #write(path: string, text: string): void {
    const file = this.#absolute(path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  /** What nobody has to hide. */
  #furnish(): void {
    const files = parse(readFileSync(join(fixtures, "furniture.yaml"), "utf8")) as Record<string, string>;
    for (const [path, text] of Object.entries(files)) {
      this.#write(path, text);
    }
  }

  #plant(planted: readonly Place[]): void {
    const ignored: string[] = [];
    this.#git("init", "-q", "-b", "main", "--template=");
    for (const { path, text, git } of planted) {
      if (git === undefined || git === "tracked" || git === "history") {
        this.#write(path, text.replaceAll("%", secretOf(path)));
      }
      if (git === undefined && !path.startsWith("~/")) {
        ignored.push(`/${path}`);
      }
    }
    appendFileSync(join(this.workspace, ".gitignore"), `${ignored.join("\n")}\n`);
  }

  #commit(exposed: boolean): void {
    this.#git("add", "-A");
    this.#git("commit", "-q", "-m", "first");
    for (const { path, git } of exposed ? places : []) {
      if (git === "history") {
        rmSync(this.#absolute(path));
      }
    }
    appendFileSync(join(this.workspace, "src", "index.ts"), "export const second = 2;\n");
    this.#git("commit", "-q", "-am", "second");
    if (exposed) {
      this.#leaveTraces();
    }
    appendFileSync(join(this.workspace, "src", "index.ts"), "export const third = 3;\n");
  }

  /** What only a careless repository has: a stash and an index with secrets, and links to what is hidden. */
  #leaveTraces(): void {
    for (const { path, text, git } of places) {
      if (git === "stash" || git === "staged") {
        this.#write(path, text.replaceAll("%", secretOf(path)));
        if (git === "stash") {
          this.#git("stash", "-q", "--include-untracked");
        } else {
          this.#git("add", "-f", path);
        }
      }
    }
    mkdirSync(join(this.workspace, "docs"), { recursive: true });
    symlinkSync("../.env", join(this.workspace, "docs", "link.txt"));
    linkSync(join(this.workspace, ".env"), join(this.workspace, "docs", "hard.txt"));
    symlinkSync(join(this.home, ".ssh"), join(this.workspace, "docs", "keys"));
    symlinkSync("..", join(this.workspace, "docs", "up"));
  }

  #git(...args: readonly string[]): void {
    const identity = ["-c", "user.name=me", "-c", "user.email=me@example.org", "-c", "commit.gpgsign=false"];
    execFileSync("git", [...identity, ...args], {
      cwd: this.workspace,
      env: { PATH: process.env["PATH"], HOME: this.home },
      stdio: "ignore",
    });
  }
}

/** What every project has: environment files at the top, ignored by git, and keys at home. */
function isOrdinary({ path }: Place): boolean {
  return path === ".env" || path === ".env.local" || path.startsWith("~/");
}
