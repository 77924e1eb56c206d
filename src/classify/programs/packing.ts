import { reportDeletion, reportRead } from "../file-actions.ts";
import { optionSpec, readArguments, type OptionSpec } from "../options.ts";
import type { ProgramRule } from "../scope.ts";
import { zipOperands } from "./tree-copies.ts";
import type { Invocation } from "../shell/invocation.ts";

const archivers = /^(?:g?tar|bsdtar|zip|7z|7za|gzip|bzip2|xz|zstd|ar|cpio)$/;

/** Archives and compressed copies hold the content of what goes in; editors show it. */
export const packing: ProgramRule = {
  programs: [
    "tar",
    "gtar",
    "bsdtar",
    "zip",
    "7z",
    "7za",
    "gzip",
    "bzip2",
    "xz",
    "zstd",
    "vim",
    "vi",
    "nvim",
    "nano",
    "ed",
    "ex",
    "emacs",
    "perl",
  ],
  examples: {
    matches: [
      { command: "tar czf a.tgz .env", actions: ["fs:read"] },
      { command: "zip a.zip .env", actions: ["fs:read"] },
      { command: "vim .env", actions: ["fs:read"] },
      { command: "tar --remove-files -czf a.tgz src", actions: ["fs:delete"] },
      { command: "zip -rm a.zip src", actions: ["fs:delete"] },
      { command: "perl -ne print .env", actions: ["fs:read"] },
    ],
    misses: [
      { command: "tar xzf a.tgz", actions: ["fs:read"] },
      { command: "perl -v", actions: ["fs:read"] },
      { command: "zip -r a.zip src", actions: ["fs:delete"] },
      { command: "zip a.zip src/a.ts -x '.env*'", actions: ["fs:delete"] },
    ],
  },
  judge(invocation, scope) {
    const { program, words } = invocation;
    if (!takesFiles(invocation)) {
      return;
    }
    const args = readArguments(words, packingOptions(program));
    const bundle = words[1]?.text ?? "";
    const named = program.endsWith("tar") && /^\w+$/.test(bundle) ? (bundle.includes("f") ? 2 : 1) : 0;
    const archive = program === "zip" || program.startsWith("7z") ? 1 : named;
    const code = program === "perl" && args.values.size === 0 ? 1 : 0;
    const operands = program === "zip" ? zipOperands(words) : args.operands;
    for (const operand of operands.slice(archive + code)) {
      reportRead(
        scope,
        operand,
        invocation,
        `\`${program}\` ${archivers.test(program) ? "packs" : "shows"} it`,
      );
      if (removesPacked(invocation)) {
        reportDeletion(scope, operand, invocation, {
          recursive: true,
          how: `\`${program}\`, which moves it into the archive,`,
        });
      }
    }
  },
};

function packingOptions(program: string): OptionSpec {
  if (program === "perl") {
    return optionSpec("-e -E");
  }
  return program.endsWith("tar")
    ? optionSpec("-f --file -C --directory --exclude")
    : optionSpec("--cmd -S --suffix");
}

/** `tar --remove-files`, `zip -m`, `7z -sdel`: the archive is all that is left. */
function removesPacked({ program, words }: Invocation): boolean {
  const options = words.slice(1).map((word) => word.text);
  if (program.endsWith("tar")) {
    return options.includes("--remove-files");
  }
  return program === "zip"
    ? options.some((text) => /^-[a-zA-Z]*m[a-zA-Z]*$|^--move$/.test(text))
    : program.startsWith("7z") && options.includes("-sdel");
}

/** Extracting names members, not files; `perl` prints its operands only in its loops. */
function takesFiles(invocation: Invocation): boolean {
  const text = invocation.words.map((word) => word.text).join(" ");
  if (invocation.program === "perl") {
    return /\s-\w*[np]\w*/.test(text);
  }
  return !invocation.program.endsWith("tar") || /^\S+\s+(?:-\S*)?[cru]|--create|--append|\s-\S*c/.test(text);
}
