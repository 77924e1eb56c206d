import { reportDeletion, reportPathWrite, reportRead } from "../file-actions.ts";
import { hasOption, optionSpec, readArguments, type Arguments, type OptionSpec } from "../options.ts";
import { expandGlob, isGovernanceFolder, isSecretFile, isSystemPath } from "../paths.ts";
import { report } from "../report.ts";
import { reportListed } from "../tree-reach.ts";
import { treeSearches } from "./tree-searches.ts";
import type { ProgramRule, Scope } from "../scope.ts";
import type { Invocation, Word } from "../shell/invocation.ts";
import { wordAfter } from "../shell/word.ts";

/** How a program names the files that it prints. */
interface Reader {
  readonly options: OptionSpec;
  /** Operands before the files: the pattern of `grep`, the program of `awk`. */
  readonly leading?: number;
  /** Options that give the leading operand, so that all operands are files. */
  readonly leadingOptions?: readonly string[];
  /** Options whose value is a file that is read. */
  readonly fileOptions?: readonly string[];
}

const plain: Reader = { options: optionSpec("") };
const dump: Reader = { options: optionSpec("-A -j -N -S -w") };
const searchOptions =
  "-e -f -m -A -B -C --regexp --file --max-count --after-context --before-context --context";
const search: Reader = {
  options: optionSpec(`${searchOptions} --include --exclude --exclude-dir --exclude-from -d -D --label`),
  leading: 1,
  leadingOptions: ["-e", "--regexp", "-f", "--file", "--files"],
};
/** Searches a tree by itself; `-r` replaces here. */
const treeSearch: Reader = {
  ...search,
  options: optionSpec(
    `${searchOptions} -g --glob --iglob -t --type -T --type-not -j --threads -M --max-columns -r --replace --sort --sortr -d --max-depth -E --encoding -G --file-search-regex --ignore --ignore-dir --ignore-file --pre --engine --color --colors`,
  ),
};
const script: Reader = {
  options: optionSpec("-e -f -v -F --expression --file -l -E -i --field-separator --assign"),
  leading: 1,
  leadingOptions: ["-e", "-f", "--expression", "--file"],
};
const filter: Reader = {
  options: optionSpec(
    "--arg --argjson --slurpfile --rawfile --indent -f --from-file -L -o --output-format -p --input-format",
  ),
  leading: 1,
  leadingOptions: ["-f", "--from-file"],
};
const counted: Reader = {
  options: optionSpec(
    "-n --lines -c --bytes -s --sleep-interval --pid -N -j -g -l -o -w --width -t -b -a -i",
  ),
};
const sorted: Reader = {
  options: optionSpec(
    "-k --key -t --field-separator -o --output -S -T --parallel -f -d -c --fields --delimiter --bytes --characters",
  ),
};

const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ["od", dump],
  ...[
    "cat",
    "tac",
    "rev",
    "less",
    "more",
    "most",
    "zcat",
    "bzcat",
    "xzcat",
    "zless",
    "bat",
    "batcat",
    "view",
    "nl",
    "pr",
    "fold",
    "fmt",
    "expand",
    "column",
    "iconv",
    "uuencode",
    "comm",
    "diff",
    "colordiff",
    "sdiff",
    "vimdiff",
    "delta",
    "gcat",
    "ccat",
    "glow",
    "highlight",
    "pygmentize",
    "plutil",
    "msgcat",
    "lolcat",
    "shuf",
    "csplit",
    "ptx",
    "tsort",
    "m4",
    "hexyl",
  ].map((name): [string, Reader] => [name, plain]),
  ...["head", "tail", "strings", "xxd", "hexdump", "hd", "base64", "base32", "ghead", "gtail", "split"].map(
    (name): [string, Reader] => [name, counted],
  ),
  ...["sort", "uniq", "cut", "paste", "join"].map((name): [string, Reader] => [name, sorted]),
  ...["grep", "egrep", "fgrep", "zgrep", "ggrep", "ugrep"].map((name): [string, Reader] => [name, search]),
  ...["rg", "ag", "ack"].map((name): [string, Reader] => [name, treeSearch]),
  ...["awk", "gawk", "mawk", "nawk", "sed", "gsed"].map((name): [string, Reader] => [name, script]),
  ...["jq", "yq", "xq", "gron", "dasel", "fx"].map((name): [string, Reader] => [name, filter]),
]);

/** Programs that print files, or parts of them. */
export const printing: ProgramRule = {
  programs: [...readers.keys()],
  examples: {
    matches: [
      { command: "cat .env", actions: ["fs:read"] },
      { command: "grep KEY config/.env", actions: ["fs:read"] },
      { command: "sed -n 1,5p ~/.aws/credentials", actions: ["fs:read"] },
      { command: "jq . secrets.json", actions: ["fs:read"] },
      { command: "head -n 3 < .env", actions: ["fs:read"] },
      { command: "grep -r KEY .env", actions: ["fs:read"] },
      { command: "grep -r --include='.env' KEY .", actions: ["fs:read"] },
      { command: "rg --hidden -g '.env*' KEY", actions: ["fs:read"] },
    ],
    misses: [
      { command: "grep .env", actions: ["fs:read"] },
      { command: "echo cat .env", actions: ["fs:read"] },
      { command: "rg -g '!.env' KEY", actions: ["fs:read"] },
    ],
  },
  judge(invocation, scope) {
    const reader = readers.get(invocation.program) ?? plain;
    const args = readArguments(invocation.words, reader.options);
    const given = reader.leadingOptions?.some((name) => args.flags.has(name)) === true;
    const because = `\`${invocation.program}\` prints it`;
    const verbs =
      invocation.program === "yq" && /^e(?:val|val-all|a)?$/.test(args.operands[0]?.text ?? "") ? 1 : 0;
    for (const operand of args.operands.slice((given ? 0 : (reader.leading ?? 0)) + verbs)) {
      readOperand(scope, operand, invocation, because);
    }
    for (const glob of searchedGlobs(invocation.words)) {
      reportRead(scope, glob, invocation, because);
    }
  },
};

/** `--include='.env*'`, `-g .env`: the files that a search is narrowed to are named by it, wherever it starts. */
function searchedGlobs(words: readonly Word[]): readonly Word[] {
  const globs: Word[] = [];
  for (const [index, word] of words.entries()) {
    const attached = /^(?:--include|--glob|--iglob)=|^-g(?=.)/.exec(word.text)?.[0];
    const before = /^(?:--include|--glob|--iglob|-g)$/.test(words[index - 1]?.text ?? "");
    if (word.known && (attached !== undefined || before)) {
      const pattern = word.text.slice(attached?.length ?? 0);
      const name = pattern.slice(pattern.lastIndexOf("/") + 1);
      if (name !== "" && !pattern.startsWith("!")) {
        globs.push({ ...word, text: name, prefix: name, suffix: name, glob: /[*?[{]/.test(name) });
      }
    }
  }
  return globs;
}

function isTreeSearch(program: string): boolean {
  return treeSearches.programs.includes(program);
}

/** A folder is searched or refused; a file is printed. */
function readOperand(scope: Scope, operand: Word, invocation: Invocation, because: string): void {
  if (operand.known && operand.text === "-") {
    return;
  }
  const path = scope.resolvePath(operand);
  const searches = isTreeSearch(invocation.program);
  if (path !== undefined && operand.glob !== true && scope.lookups.kind(path) === "directory") {
    if (!searches) {
      reportListed(scope, operand, { tree: {}, because }, invocation);
    }
    report(scope, invocation, {
      action: "fs:search",
      effects: [],
      target: { display: path, path: scope.lookups.realPath(path) },
      because: `\`${invocation.program}\` searches it`,
      access: "read",
    });
    return;
  }
  // What a search shows of the files that another command lists is told with what it searches for.
  reportRead(scope, searches ? { ...operand, listed: [] } : operand, invocation, because);
}

const dataOptions: ReadonlyMap<string, OptionSpec> = new Map([
  ["openssl", optionSpec("-in -inkey -key -cert -certfile -CAfile -kfile", { singleDash: true })],
  ["ssh-keygen", optionSpec("-f")],
  ["sqlite3", optionSpec("-cmd -separator -init")],
  ["gpg", optionSpec("-o --output -r --recipient")],
]);

/** Verbs of `openssl` that print keys or plain text; certificates are public. */
const keyVerbs = /^(?:rsa|pkey|ec|dsa|enc|pkcs12|pkcs8|base64|cms|smime|asn1parse|pkeyutl|rsautl)$/;

/** Programs that take their input from a named file: `openssl rsa -in`, `ssh-keygen -y -f`. */
export const readingByOption: ProgramRule = {
  programs: [...dataOptions.keys()],
  examples: {
    matches: [
      { command: "openssl rsa -in server.key", actions: ["fs:read"] },
      { command: "ssh-keygen -y -f ~/.ssh/id_rsa", actions: ["fs:read"] },
      { command: "sqlite3 ~/.config/Code/User/globalStorage/state.vscdb .dump", actions: ["fs:read"] },
    ],
    misses: [{ command: "openssl version", actions: ["fs:read"] }],
  },
  judge(invocation, scope) {
    const spec = dataOptions.get(invocation.program);
    const args = readArguments(invocation.words, spec ?? optionSpec(""));
    const because = `\`${invocation.program}\` reads it`;
    const [verb] = args.operands;
    if (invocation.program === "openssl" && !keyVerbs.test(verb?.text ?? "")) {
      return;
    }
    if (invocation.program === "ssh-keygen" && !hasOption(args, "-y", "-e", "-p")) {
      return;
    }
    for (const name of spec?.valued ?? []) {
      const value = args.values.get(name);
      if (value !== undefined && /^-(?:in|inkey|key|f)$/.test(name)) {
        reportRead(scope, value, invocation, because);
      }
    }
    const [file] = args.operands;
    if (invocation.program === "sqlite3" && file !== undefined && file.text !== ":memory:") {
      reportRead(scope, file, invocation, because);
      reportEditorState(scope, file, invocation);
    }
  },
};

/** Editors keep sign-ins and tokens of their extensions in this database. */
function reportEditorState(scope: Scope, file: Word, invocation: Invocation): void {
  if (/\.vscdb(?:-\w+|\.backup)?$/.test(file.text)) {
    report(scope, invocation, {
      action: "editor:read_state",
      effects: ["credential_access"],
      target: file.text,
      because: "the editor keeps credentials of its extensions there",
      access: "read",
    });
  }
}

const copyOptions = optionSpec(
  "-t --target-directory -S --suffix -m --mode -o --owner -g --group -e --rsh -P -i -F -l -c -J --exclude --include",
);

/** Programs that give a file another name or place: the content can then be read there. */
export const copying: ProgramRule = {
  programs: ["cp", "gcp", "ln", "mv", "install", "rsync", "scp", "sftp", "ditto", "dd"],
  examples: {
    matches: [
      { command: "cp .env /tmp/x", actions: ["fs:read", "fs:write"] },
      { command: "ln -s ~/.ssh/id_rsa key", actions: ["fs:read"] },
      { command: "dd if=.env of=copy", actions: ["fs:read"] },
      { command: "mv * /tmp", actions: ["fs:move"] },
      { command: "mv /* /tmp", actions: ["fs:move"] },
      { command: "mv .claude elsewhere", actions: ["fs:move"] },
      { command: "mv /etc/hosts /tmp", actions: ["fs:move"] },
    ],
    misses: [
      { command: "mv old.ts new.ts", actions: ["fs:delete"] },
      { command: "cp --attributes-only .env copy", actions: ["fs:read"] },
    ],
  },
  judge(invocation, scope) {
    if (invocation.program === "dd") {
      for (const word of invocation.words) {
        if (word.text.startsWith("if=")) {
          reportRead(scope, wordAfter(word, 3), invocation, "`dd` copies it");
        }
      }
      return;
    }
    const args = readArguments(invocation.words, copyOptions);
    const target = args.values.get("-t") ?? args.values.get("--target-directory");
    const sources = target === undefined ? args.operands.slice(0, -1) : args.operands;
    for (const source of hasOption(args, "--attributes-only") ? [] : sources) {
      if (!/^[\w.@-]+:(?!\\)/.test(source.text)) {
        copySource(scope, source, invocation);
      }
    }
    reportDestination(scope, target ?? args.operands.at(-1), invocation, args);
  },
};

function copySource(scope: Scope, source: Word, invocation: Invocation): void {
  reportRead(scope, source, invocation, `\`${invocation.program}\` gives it another name`);
  if (invocation.program === "mv") {
    moveAway(scope, source, invocation);
  }
}

/** Moving everything away is as good as deleting it. */
function moveAway(scope: Scope, source: Word, invocation: Invocation): void {
  const path = scope.resolvePath(source);
  const { workspace, lookups } = scope;
  if (path === undefined) {
    return;
  }
  const meant = source.glob === true ? expandGlob(path, (folder) => lookups.list(folder)) : [path];
  const governing = meant.find((each) => isGovernanceFolder(each));
  if (governing !== undefined) {
    report(scope, invocation, {
      action: "fs:move",
      effects: ["governance_tampering"],
      target: { display: governing, path: governing },
      because: `\`mv\` takes \`${governing}\` away, which decides what agents may do`,
    });
  }
  const belongs = isSystemPath(path) && governing === undefined && scope.elsewhere === undefined;
  if (belongs) {
    report(scope, invocation, {
      action: "fs:move",
      effects: ["system_modification"],
      target: { display: path, path },
      because: `\`mv\` takes \`${path}\` away, which belongs to the system`,
    });
  }
  const folder =
    source.glob === true && /\/[*.?]+$/.test(path) ? path.slice(0, path.lastIndexOf("/")) || "/" : path;
  const whole =
    folder === "/" ||
    folder === lookups.home ||
    folder === workspace ||
    folder === `${workspace}/.git` ||
    /^\/(?:etc|usr|bin|lib|var|boot|home)$/.test(folder) ||
    /\/\.(?:ssh|aws|gnupg|kube|config)$/.test(folder);
  if (whole) {
    report(scope, invocation, {
      action: "fs:move",
      effects: ["irreversible_data_deletion"],
      target: { display: path, path },
      because: `\`mv\` takes \`${path}\` away as a whole`,
    });
  }
}

function reportDestination(
  scope: Scope,
  target: Word | undefined,
  invocation: Invocation,
  args: Arguments,
): void {
  const path = target === undefined ? undefined : scope.resolvePath(target);
  if (path === "/dev/null" && invocation.program === "mv") {
    for (const source of args.operands.slice(0, -1)) {
      reportDeletion(scope, source, invocation, { recursive: true, how: "`mv` to nowhere" });
    }
  }
  const keeps = /^g?(?:cp|mv)$/.test(invocation.program) && hasOption(args, "-n", "--no-clobber");
  if (path !== undefined && keeps && isSecretFile(path) && scope.lookups.kind(path) === "file") {
    return;
  }
  if (
    path === undefined ||
    target === undefined ||
    /^[\w.@-]+:/.test(target.text) ||
    hasOption(args, "--dry-run") ||
    (invocation.program === "rsync" && hasOption(args, "-n"))
  ) {
    return;
  }
  writeInto(scope, path, { invocation, sources: args.operands.slice(0, -1) });
}

function writeInto(
  scope: Scope,
  path: string,
  parts: { invocation: Invocation; sources: readonly Word[] },
): void {
  const { invocation, sources } = parts;
  const folder = scope.lookups.kind(path) === "directory" || sources.length > 1;
  for (const source of folder ? sources : sources.slice(0, 1)) {
    const name = source.text.slice(source.text.lastIndexOf("/") + 1);
    reportPathWrite(scope, folder ? `${path}/${name}` : path, invocation, `\`${invocation.program}\``);
  }
}
