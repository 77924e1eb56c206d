import { reportWrite } from "../file-actions.ts";
import { optionSpec, readArguments, type Arguments } from "../options.ts";
import type { ProgramRule } from "../scope.ts";
import type { Invocation, Word } from "../shell/invocation.ts";
import { knownWord } from "../shell/word.ts";

/** Options that name a file which is written, by program, and options beside them that take a value. */
const outputOptions: ReadonlyMap<string, readonly [outputs: string, others: string]> = new Map([
  ["sort", ["-o --output", "-k -t -S -T --key --field-separator"]],
  ["openssl", ["-out -keyout", "-in -inkey -key -pass -passin -passout -k -K -iv -days -subj -config"]],
  ["gpg", ["-o --output", "-r --recipient --homedir --passphrase --batch-size"]],
  ["gpg2", ["-o --output", "-r --recipient --homedir --passphrase"]],
  ["age", ["-o --output", "-r -R -i"]],
  ["iconv", ["-o --output", "-f -t"]],
  ["pandoc", ["-o --output", "-f -t --from --to -s"]],
  ["gcc", ["-o", "-I -L -l -D -x"]],
  ["cc", ["-o", "-I -L -l -D -x"]],
  ["go", ["-o", "-ldflags -tags"]],
  ["base64", ["-o --output", "-i -w -b"]],
]);

/** Programs that write a file by an option, or by their last word. */
export const outputs: ProgramRule = {
  programs: [...outputOptions.keys(), "awk", "gawk", "mawk", "ed", "ex", "git", "docker", "podman", "uniq"],
  examples: {
    matches: [
      { command: "sort -o /etc/passwd x", actions: ["fs:write"] },
      { command: "openssl enc -in x -out /etc/passwd", actions: ["fs:write"] },
      { command: "gawk -i inplace '{}' /etc/hosts", actions: ["fs:write"] },
      { command: 'awk \'BEGIN{print "x" > "/etc/hosts"}\'', actions: ["fs:write"] },
      { command: "ed /etc/passwd <<< w", actions: ["fs:write"] },
      { command: "git clone https://example.com/x ~/.config/nvim", actions: ["fs:write"] },
      { command: "docker cp web:/x /etc/passwd", actions: ["fs:write"] },
    ],
    misses: [
      { command: "sort x", actions: ["fs:write"] },
      { command: "awk '$1 > 3' /etc/hosts", actions: ["fs:write"] },
      { command: "ed -s notes <<< p", actions: ["fs:write"] },
      { command: "git clone https://example.com/x", actions: ["fs:write"] },
      { command: "git clone https://example.com/x ../x", actions: ["fs:write"] },
      { command: "docker cp x web:/etc/passwd", actions: ["fs:write"] },
    ],
  },
  judge(invocation, scope) {
    for (const word of written(invocation)) {
      reportWrite(scope, word, invocation, `\`${invocation.program}\``);
    }
  },
};

function written(invocation: Invocation): readonly Word[] {
  const { program, words, stdin } = invocation;
  const known = outputOptions.get(program);
  if (known !== undefined) {
    const singleDash = program === "openssl" || program === "go";
    const args = readArguments(words, optionSpec(known.join(" "), { singleDash }));
    return known[0].split(" ").flatMap((name) => args.values.get(name) ?? []);
  }
  switch (program) {
    case "ed":
    case "ex":
      return stdin.kind === "text" && /^\s*(?:\d*,?\$?)?(?:w|wq|W|x)\b/m.test(stdin.text)
        ? readArguments(words, optionSpec("-p -c")).operands.slice(0, 1)
        : [];
    case "git":
      return cloned(words);
    case "docker":
    case "podman":
      return copiedOut(words);
    case "uniq":
      return readArguments(words, optionSpec("-f -s -w")).operands.slice(1, 2);
    default:
      return writtenByAwk(words);
  }
}

/** `git clone ADDRESS FOLDER`: a new folder beside the project harms nobody, a tool's own folder is another matter. */
function cloned(words: readonly Word[]): readonly Word[] {
  const at = words.findIndex((word) => word.text === "clone");
  if (at < 1) {
    return [];
  }
  const options =
    "-b --branch --depth -o --origin -c --config -j --jobs --reference --template --filter -u --upload-pack --shallow-since";
  return readArguments(words, optionSpec(options), at + 1)
    .operands.slice(1, 2)
    .filter((word) => /(?:^|\/)\.(?!\.?(?:\/|$))|^\/(?:etc|usr|opt|bin|lib)\//.test(word.text));
}

/** `docker cp CONTAINER:PATH PATH`. */
function copiedOut(words: readonly Word[]): readonly Word[] {
  const at = words.findIndex((word) => word.text === "cp");
  const [from, to] = at < 1 ? [] : readArguments(words, optionSpec(""), at + 1).operands;
  return to !== undefined &&
    from?.text.includes(":") === true &&
    !/^[\w.-]+:/.test(to.text) &&
    to.text !== "-"
    ? [to.known && to.text.endsWith("/") ? below(to, from.text) : to]
    : [];
}

/** The file itself, where a folder is named. */
function below(folder: Word, from: string): Word {
  return knownWord(
    folder.text + from.slice(Math.max(from.lastIndexOf("/"), from.indexOf(":")) + 1),
    folder.start,
    folder.end,
  );
}

/** `print > "file"`, and `-i inplace`, whose operands are rewritten. */
function writtenByAwk(words: readonly Word[]): readonly Word[] {
  const args: Arguments = readArguments(
    words,
    optionSpec("-i -v -F -f --include --assign --field-separator"),
  );
  const inPlace = args.values.get("-i")?.text === "inplace";
  const [program, ...files] = args.operands;
  const targets = [...(program?.text ?? "").matchAll(/>{1,2}\s*"((?:\/|~|\.\.)[^"]*)"/g)];
  return [
    ...(inPlace ? files : []),
    ...targets.map((match) => knownWord(match[1] ?? "", program?.start ?? 0, program?.end ?? 0)),
  ];
}
