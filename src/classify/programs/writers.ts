import { reportWrite } from "../file-actions.ts";
import { hasOption, optionSpec, readArguments } from "../options.ts";
import {
  isGovernanceFile,
  isSecretFile,
  isStartUpFile,
  isSystemPath,
  isWithin,
  whyPrecious,
} from "../paths.ts";
import { report } from "../report.ts";
import type { ProgramRule, Scope } from "../scope.ts";
import { isVendorInstaller } from "../installers.ts";
import type { Invocation, Stdin, Word } from "../shell/invocation.ts";
import { isFromNetwork } from "../shell/word.ts";

/** Programs that write the files they name. */
export const writing: ProgramRule = {
  programs: ["tee", "sponge", "touch", "sed", "gsed", "perl", "patch"],
  examples: {
    matches: [
      { command: "echo x | tee -a ~/.bashrc", actions: ["fs:write"] },
      { command: "sed -i s/a/b/ .governance/policy.yaml", actions: ["fs:write"] },
    ],
    misses: [{ command: "sed s/a/b/ file", actions: ["fs:write"] }],
  },
  judge(invocation, scope) {
    const { program } = invocation;
    const args = readArguments(
      invocation.words,
      optionSpec(
        program === "perl" ? "-e -E -I -M -m" : "-e -f --expression --file -d -r -t --date --reference -o",
      ),
    );
    if (program === "tee" || program === "sponge" || program === "touch") {
      for (const operand of args.operands) {
        if (program !== "touch" || !keepsContent(scope, operand)) {
          reportWrite(scope, operand, invocation, `\`${program}\``);
        }
      }
      return;
    }
    if (
      !hasOption(args, "-i", "--in-place") &&
      !invocation.words.some((word) => /^-[a-zA-Z0-9]*i/.test(word.text))
    ) {
      return;
    }
    const given = hasOption(args, "-e", "-f", "--expression", "--file");
    for (const operand of args.operands.slice(given ? 0 : 1)) {
      reportWrite(scope, operand, invocation, `\`${program} -i\``);
    }
  },
};

/** `touch` leaves what a file holds as it is. */
function keepsContent(scope: Scope, file: Word): boolean {
  const path = scope.resolvePath(file);
  return path !== undefined && isSecretFile(path) && scope.lookups.kind(path) === "file";
}

const modeOptions = optionSpec("--reference --from");

/** `chmod`, `chown`, `chattr`: rights taken from, or given to, more than a file of the project. */
export const permissions: ProgramRule = {
  programs: [
    "install",
    "ginstall",
    "chmod",
    "gchmod",
    "chown",
    "chgrp",
    "chattr",
    "setfacl",
    "cacls",
    "icacls",
    "takeown",
  ],
  examples: {
    matches: [
      { command: "chmod -R 777 /", actions: ["system:change_permissions"] },
      { command: "chmod u+s /bin/bash", actions: ["system:change_permissions"] },
      { command: "chown -R me /etc", actions: ["system:change_permissions"] },
      { command: "chmod -R 000 .", actions: ["system:change_permissions"] },
      { command: "install -m 4755 /bin/sh /tmp/rootsh", actions: ["system:change_permissions"] },
      { command: "chmod -x ~/.signalbox/bin/hook.sh", actions: ["system:change_permissions"] },
      { command: "chmod 777 /", actions: ["system:change_permissions"] },
      { command: "chmod -R 777 /var", actions: ["system:change_permissions"] },
      { command: "setfacl -b -R /etc", actions: ["system:change_permissions"] },
      { command: "chattr -R +i .", actions: ["system:change_permissions"] },
      { command: "chattr -i /etc/passwd", actions: ["system:change_permissions"] },
    ],
    misses: [
      { command: "chmod +x scripts/build.sh", actions: ["system:change_permissions"] },
      { command: "install -m 755 tool /tmp/bin/tool", actions: ["system:change_permissions"] },
      { command: "chmod -x scripts/build.sh", actions: ["system:change_permissions"] },
      { command: "chmod 600 ~/.ssh/id_rsa", actions: ["system:change_permissions"] },
      { command: "setfacl -R -m u:www:rx public", actions: ["system:change_permissions"] },
      { command: "chmod 755 ~", actions: ["system:change_permissions"] },
      { command: "chattr +i notes.txt", actions: ["system:change_permissions"] },
      { command: "chown -R me ~/.npm", actions: ["system:change_permissions"] },
      { command: "docker exec app chown -R app /srv/app", actions: ["system:change_permissions"] },
    ],
  },
  judge(invocation, scope) {
    if (invocation.program.endsWith("install")) {
      judgeInstalledMode(invocation, scope);
      return;
    }
    const change = judgedChange(invocation);
    if (change !== undefined) {
      for (const file of change.files) {
        judgeMode(scope, invocation, { mode: change.mode, file, recursive: change.recursive });
      }
      return;
    }
    const args = readArguments(invocation.words, modeOptions);
    const byReference = hasOption(args, "--reference");
    // `chmod -x FILE`: a mode that takes rights away looks like an option.
    const taken = invocation.words.slice(1).find((word) => /^-[rwxXst]+$/.test(word.text));
    const mode = taken ?? (byReference ? undefined : args.operands[0]);
    const files = byReference || taken !== undefined ? args.operands : args.operands.slice(1);
    const recursive = hasOption(args, "-R", "--recursive");
    for (const file of files) {
      judgeMode(scope, invocation, { mode: mode?.text ?? "", file, recursive });
    }
  },
};

/** `setfacl` names its rights by options, `chattr` as `+i` or `-i`: every other word is a file. */
function judgedChange(
  invocation: Invocation,
): { readonly mode: string; readonly files: readonly Word[]; readonly recursive: boolean } | undefined {
  const { program, words } = invocation;
  if (program === "setfacl") {
    const args = readArguments(words, optionSpec("-m --modify -x --remove -M -X --set --set-file --restore"));
    const given = args.values.get("-m") ?? args.values.get("--modify") ?? args.values.get("--set");
    return {
      mode: given?.text ?? "-b",
      files: args.operands,
      recursive: hasOption(args, "-R", "--recursive"),
    };
  }
  if (program === "chattr") {
    const rest = words.slice(1).filter((word) => !/^-[RVf]+$/.test(word.text));
    const mode = rest.find((word) => /^[-+=][a-zA-Z]+$/.test(word.text));
    return {
      mode: mode?.text ?? "",
      files: rest.filter((word) => word !== mode),
      recursive: words.some((word) => /^-[VfR]*R[VfR]*$/.test(word.text)),
    };
  }
  return undefined;
}

/** `install -m 4755`: a copy that runs with its owner's rights. */
function judgeInstalledMode(invocation: Invocation, scope: Scope): void {
  const args = readArguments(invocation.words, optionSpec("-m --mode -o --owner -g --group -t -S --suffix"));
  const mode = (args.values.get("-m") ?? args.values.get("--mode"))?.text ?? "";
  if (/^0?[2467][0-7]{3}$|[+=][rwx]*s/.test(mode)) {
    report(scope, invocation, {
      action: "system:change_permissions",
      effects: ["privilege_change"],
      target: args.operands.at(-1)?.text ?? mode,
      because: `\`install -m ${mode}\` makes a program that runs with its owner's rights`,
    });
  }
}

interface ModeChange {
  readonly mode: string;
  readonly file: Word;
  readonly recursive: boolean;
}

function judgeMode(scope: Scope, invocation: Invocation, change: ModeChange): void {
  const { mode, file, recursive } = change;
  const path = scope.resolvePath(file);
  const written = path === undefined ? undefined : scope.writtenFile(path);
  const fetched = written !== undefined && isFromNetwork(written) && !isInstaller(written);
  if (fetched && /x|[1357]/.test(mode)) {
    report(scope, invocation, {
      action: "shell:prepare_remote_code",
      effects: ["remote_code_execution"],
      target: file.text,
      because: `\`${file.text}\` was downloaded and is made executable`,
    });
    return;
  }
  if (path !== undefined && isGovernanceFile(path)) {
    report(scope, invocation, {
      action: "system:change_permissions",
      effects: ["governance_tampering"],
      target: { display: path, path },
      because: `\`${invocation.program}\` changes the rights of \`${path}\`, which decides what agents may do`,
    });
  }
  const reason = path === undefined ? undefined : whyBroad(scope, path, change);
  if (reason === undefined && !/^(?:[ugoa]*\+[rwx]*s|[2467][0-7]{3}|0[2467][0-7]{3})/.test(mode)) {
    return;
  }
  report(scope, invocation, {
    action: "system:change_permissions",
    effects: reason === undefined ? ["privilege_change"] : ["system_modification"],
    target: path === undefined ? file.text : { display: path, path },
    because: `\`${invocation.program}${recursive ? " -R" : ""} ${mode}\` changes the rights of \`${path ?? file.text}\`${reason === undefined ? "" : `: ${reason}`}`,
  });
}

function isInstaller(written: Stdin): boolean {
  return written.kind === "unknown" && isVendorInstaller(written.address);
}

function whyBroad(scope: Scope, path: string, change: ModeChange): string | undefined {
  const ground = { workspace: scope.workspace, home: scope.lookups.home };
  if (change.recursive && path === scope.workspace) {
    return whyWholeWorkspace(change.mode);
  }
  if (isStartUpFile(path) && /7|[ao]\+.*w/.test(change.mode)) {
    return "it decides what runs later";
  }
  if (change.recursive && closes(change.mode)) {
    return whyPrecious(path, ground, true) ?? "nobody can use it then";
  }
  if ((path === "/" || path === scope.lookups.home) && /[2367]$|[ao]*\+.*w/.test(change.mode)) {
    return "everybody may change what lies there then";
  }
  if (isSystemPath(path) && !path.startsWith("/usr/local/")) {
    return "it belongs to the system";
  }
  // A container has its own files: what is handed over there is its own affair.
  const ours = scope.elsewhere === undefined || path === "/";
  return change.recursive && ours && !isWithin(path, scope.workspace)
    ? whyPrecious(path, ground, true)
    : undefined;
}

function whyWholeWorkspace(mode: string): string | undefined {
  if (closes(mode) || /^\+[a-zA-Z]*i/.test(mode)) {
    return "nobody can use the workspace then";
  }
  return /^0?777$|^(?:a|ugo)?[+=]rwx$/.test(mode)
    ? "everybody may change the whole workspace then"
    : undefined;
}

/** Modes that take rights away from everybody. */
function closes(mode: string): boolean {
  return /^0{1,4}$|^[ugoa]*[-=]$|^a-[rwx]+$|^[ugo]*-[rwx]{2,}$/.test(mode);
}
