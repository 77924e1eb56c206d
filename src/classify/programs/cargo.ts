import { optionSpec, readArguments, type Arguments } from "../options.ts";
import { joinPath } from "../paths.ts";
import type { ProgramRule, Scope } from "../scope.ts";
import type { Invocation } from "../shell/invocation.ts";
import { inherited, knownWord } from "../shell/word.ts";
import { judgeProgramFile } from "./other-languages.ts";

const options = optionSpec(
  "-p --package --bin --example --manifest-path -C --config -F --features --target --target-dir --profile -j --jobs -Z --color --message-format --exclude",
);

/** Verbs that build what lies here, and so run its `build.rs`. */
const building = /^(?:b|build|r|run|t|test|c|check|clippy|doc|d|bench|install|rustc|fix)$/;

/** `cargo run`, `cargo xtask`, aliases of `.cargo/config.toml`, and build scripts: the Rust that they start is searched. */
export const cargo: ProgramRule = {
  programs: ["cargo"],
  examples: {
    matches: [
      {
        command: `mkdir -p xtask/src; echo 'fn main() { std::fs::remove_dir_all("/home").unwrap(); }' > xtask/src/main.rs; cargo xtask wipe`,
        actions: ["fs:delete"],
      },
      {
        command: `printf '[alias]\\nwipe = "run --bin wipe --"\\n' > .cargo/config.toml; echo 'fn main() { std::process::Command::new("rm").arg("-rf").arg("/").status(); }' > src/bin/wipe.rs; cargo wipe`,
        actions: ["fs:delete"],
      },
      {
        command: `printf '[alias]\\nx = ["run", "-p", "tools", "--"]\\n' > .cargo/config.toml; echo 'fn main() { let _ = std::fs::remove_dir_all("/home"); }' > tools/src/main.rs; cargo x`,
        actions: ["fs:delete"],
      },
      {
        command: `echo 'fn main() { Command::new("git")\n    .arg("reset")\n    .arg("--hard")\n    .status(); }' > build.rs; cargo build`,
        actions: ["git:reset_hard"],
      },
      {
        command: `echo 'fn main() { cmd!(sh, "rm -rf /home").run(); }' > src/main.rs; cargo run --release`,
        actions: ["fs:delete"],
      },
    ],
    misses: [
      { command: "cargo run", actions: ["fs:delete", "shell:opaque"] },
      { command: "cargo xtask dist", actions: ["fs:delete", "shell:opaque"] },
      {
        command: `echo 'fn main() { std::fs::remove_dir_all("target/dist").unwrap(); }' > xtask/src/main.rs; cargo xtask dist`,
        actions: ["shell:opaque"],
      },
      {
        command: `echo 'fn main() { std::fs::remove_dir_all("/home").unwrap(); }' > xtask/src/main.rs; cargo fmt`,
        actions: ["fs:delete"],
      },
      {
        command: `printf '[alias]\\nb = "build"\\n' > .cargo/config.toml; cargo b`,
        actions: ["shell:opaque"],
      },
    ],
  },
  judge(invocation, scope) {
    if (scope.elsewhere === undefined && scope.cwd !== undefined) {
      judgeCall(invocation, scope, scope.cwd);
    }
  },
};

function judgeCall(invocation: Invocation, scope: Scope, folder: string): void {
  const args = readArguments(invocation.words, options);
  const [verb] = args.operands.filter((word) => !word.text.startsWith("+"));
  const name = verb?.known === true ? verb.text : "";
  const written = aliasOf(name, scope, folder);
  if (written !== undefined) {
    const rest = invocation.words.slice(invocation.words.findIndex((word) => word === verb) + 1);
    scope.command(
      [...["cargo", ...written].map((text) => knownWord(text, invocation.start, invocation.end)), ...rest],
      inherited,
    );
    return;
  }
  if (building.test(name)) {
    judgeProgramFile(joinPath(folder, "build.rs"), invocation, scope);
  }
  const started = name === "xtask" ? ["xtask/src/main.rs"] : /^r(?:un)?$/.test(name) ? programsOf(args) : [];
  for (const file of started) {
    judgeProgramFile(joinPath(folder, file), invocation, scope);
  }
}

/** Where the source of what `cargo run` starts may lie; those that are not there say nothing. */
function programsOf(args: Arguments): readonly string[] {
  const [bin, example, named] = ["--bin", "--example", "--package"].map((option) => {
    const word = args.values.get(option) ?? (option === "--package" ? args.values.get("-p") : undefined);
    return word?.known === true && /^[\w-]+$/.test(word.text) ? word.text : undefined;
  });
  const bases = named === undefined ? [""] : [`${named}/`, `crates/${named}/`, `tools/${named}/`];
  return bases.flatMap((base) =>
    example !== undefined
      ? [`${base}examples/${example}.rs`, `${base}examples/${example}/main.rs`]
      : bin !== undefined
        ? [
            `${base}src/bin/${bin}.rs`,
            `${base}src/bin/${bin}/main.rs`,
            `${base}src/main.rs`,
            `${bin}/src/main.rs`,
          ]
        : [`${base}src/main.rs`],
  );
}

const own =
  /^(?:build|run|test|check|clippy|doc|bench|install|fmt|add|remove|update|publish|new|init|clean|tree|metadata)$/;

/** The words that an alias of the project stands for; those that cargo has itself cannot be replaced. */
function aliasOf(name: string, scope: Scope, folder: string): readonly string[] | undefined {
  if (!/^[\w-]+$/.test(name) || own.test(name)) {
    return undefined;
  }
  for (const file of [".cargo/config.toml", ".cargo/config"]) {
    const path = joinPath(folder, file);
    const found =
      scope.writtenFile(path) ?? (scope.lookups.kind(path) === "file" ? scope.readInput(path) : undefined);
    const section =
      found?.kind === "text"
        ? /^\[alias\]\s*\n([^[]*(?:\[[^\]\n]*\][^[]*)*)/m.exec(found.text)?.[1]
        : undefined;
    const line = new RegExp(
      `^\\s*"?${name}"?\\s*=\\s*(?:"([^"\\n]*)"|'([^'\\n]*)'|\\[([^\\]]*)\\])`,
      "m",
    ).exec(section ?? "");
    if (line !== null) {
      const words =
        line[3] === undefined
          ? (line[1] ?? line[2] ?? "").split(/\s+/)
          : [...line[3].matchAll(/["']([^"']*)["']/g)].map((match) => match[1] ?? "");
      const [first] = words;
      // One that stands for itself would go on for ever.
      return first === undefined || first === "" || first === name ? undefined : words;
    }
  }
  return undefined;
}
