import { reportDeletion, reportWrite } from "../file-actions.ts";
import { hasOption, noOptions, optionSpec, readArguments } from "../options.ts";
import { isBlockDevice, isSystemPath } from "../paths.ts";
import { report } from "../report.ts";
import type { ProgramRule, Scope } from "../scope.ts";
import type { Invocation } from "../shell/invocation.ts";
import { foundPath } from "../shell/carriers.ts";
import { wordAfter } from "../shell/word.ts";

/** `rm` and its kin: every operand is deleted. */
export const removal: ProgramRule = {
  programs: [
    "rm",
    "grm",
    "unlink",
    "rmdir",
    "trash",
    "trash-put",
    "rimraf",
    "del-cli",
    "srm",
    "wipe",
    "shred",
    "gshred",
  ],
  examples: {
    matches: [
      { command: "rm -rf ~", actions: ["fs:delete"] },
      { command: "rm file.txt", actions: ["fs:delete"] },
      { command: "shred -u notes.txt", actions: ["fs:delete"] },
      { command: "npx rimraf dist", actions: ["fs:delete"] },
    ],
    misses: [
      { command: "rm --help", actions: ["fs:delete"] },
      { command: "echo rm -rf /", actions: ["fs:delete"] },
    ],
  },
  judge(invocation, scope) {
    const { program } = invocation;
    const args = readArguments(
      invocation.words,
      program.endsWith("shred") ? optionSpec("-n --iterations -s --size --random-source") : noOptions,
    );
    if (hasOption(args, "--help", "--version") || program === "rmdir") {
      return;
    }
    const always =
      program === "rimraf" || program === "trash" || program === "trash-put" || program === "del-cli";
    const recursive = always || hasOption(args, "-r", "-R", "--recursive");
    const destroys = /shred|^srm$|^wipe$/.test(program);
    for (const operand of args.operands) {
      reportDeletion(scope, operand, invocation, { recursive: recursive || destroys, how: `\`${program}\`` });
      if (destroys && operand.known && !/\.(?:log|tmp)$/.test(operand.text)) {
        reportWipe(scope, invocation, operand.text, program);
      }
    }
  },
};

function reportWipe(scope: Scope, invocation: Invocation, target: string, program: string): void {
  report(scope, invocation, {
    action: "fs:wipe",
    effects: ["irreversible_data_deletion"],
    target,
    because: `\`${program}\` overwrites \`${target}\`, so that nothing can bring it back`,
  });
}

/** `find … -delete`. What `-exec` starts is judged as a command of its own. */
export const findDelete: ProgramRule = {
  programs: ["find", "gfind", "bfs"],
  examples: {
    matches: [
      { command: "find . -delete", actions: ["fs:delete"] },
      { command: "find / -name '*.log' -delete", actions: ["fs:delete"] },
      { command: "find . -name '*.py' -delete", actions: ["fs:delete"] },
    ],
    misses: [{ command: "find . -name '*.ts'", actions: ["fs:delete"] }],
  },
  judge(invocation, scope) {
    if (invocation.words.some((word) => word.text === "-delete")) {
      reportDeletion(scope, foundPath(invocation), invocation, { recursive: true, how: "`find -delete`" });
    }
    for (const [index, word] of invocation.words.entries()) {
      const file = invocation.words[index + 1];
      if (/^-(?:fprint0?|fprintf|fls)$/.test(word.text) && file !== undefined) {
        reportWrite(scope, file, invocation, "`find`");
      }
    }
  },
};

/** Programs that write over disks and files as a whole. */
export const overwriting: ProgramRule = {
  programs: [
    "dd",
    "dcfldd",
    "dc3dd",
    "ddrescue",
    "truncate",
    "fallocate",
    "blkdiscard",
    "wipefs",
    "sgdisk",
    "fdisk",
    "sfdisk",
    "cfdisk",
    "parted",
    "gdisk",
    "mkswap",
    "badblocks",
    "hdparm",
    "cryptsetup",
    "lvremove",
    "vgremove",
    "pvremove",
    "zpool",
    "zfs",
    "mdadm",
    "diskutil",
    "diskpart",
    "format",
    "mkfs",
    "newfs",
    "tune2fs",
    "cipher",
    "nvme",
  ],
  examples: {
    matches: [
      { command: "dd if=/dev/zero of=/dev/sda", actions: ["disk:overwrite"] },
      { command: "mkfs.ext4 /dev/sdb1", actions: ["disk:overwrite"] },
      { command: "mkfs.vfat -I /dev/sdc", actions: ["disk:overwrite"] },
      { command: "dcfldd pattern=00 of=/dev/sda", actions: ["disk:overwrite"] },
      { command: "ddrescue -f /dev/zero /dev/sda", actions: ["disk:overwrite"] },
      { command: "wipefs -a /dev/sda1", actions: ["disk:overwrite"] },
      { command: "truncate -s 0 /var/log/syslog", actions: ["fs:write"] },
    ],
    misses: [
      { command: "dd if=backup.img of=restore.img bs=4M", actions: ["disk:overwrite"] },
      { command: "fdisk -l", actions: ["disk:overwrite"] },
      { command: "mkfs.ext4 -F ./rootfs.img", actions: ["disk:overwrite"] },
      { command: "diskutil list", actions: ["disk:overwrite"] },
    ],
  },
  judge(invocation, scope) {
    const { program } = invocation;
    if (/^(?:dd|dcfldd|dc3dd)$/.test(program)) {
      judgeDd(invocation, scope);
    } else if (isMkfs(program) || program === "mkswap" || program === "ddrescue") {
      judgeFormat(invocation, scope);
    } else if (program === "truncate" || program === "fallocate") {
      const args = readArguments(invocation.words, optionSpec("-s --size -r --reference -l -o"));
      for (const operand of args.operands) {
        reportWrite(scope, operand, invocation, `\`${program}\``);
      }
    } else if (overwritesDisk(invocation)) {
      reportDisk(scope, invocation, invocation.words.at(-1)?.text ?? program);
    }
  },
};

const harmlessVerbs =
  /^(?:list|info|print|status|get|history|show|-l|--list|-h|--help|--version|-V|--examine|--detail|-D|luksDump|isLuks|open|luksOpen|close|iostat|create|snapshot|mount|import|export|send|receive|set|id-ctrl|smart-log|-I|-i|-d|--dump|-p|verifyVolume|verifyDisk|unmount|mountDisk|eject|activity|listFilesystems|-n|--no-act|\/e|\/d)$/;

/** Read-only forms are few and known; everything else of these programs changes a disk. */
function overwritesDisk(invocation: Invocation): boolean {
  const words = invocation.words.slice(1);
  return (
    words.length > 0 &&
    !words.some(
      (word) => harmlessVerbs.test(word.text) && !(invocation.program === "wipefs" && word.text === "-n"),
    )
  );
}

/** A file system on a disk; on an image file it is a write like any other. */
function judgeFormat(invocation: Invocation, scope: Scope): void {
  for (const word of invocation.words.slice(1)) {
    const path = word.text.startsWith("-") ? undefined : scope.resolvePath(word);
    if (path === undefined ? !word.known && word.prefix.startsWith("/dev/") : path.startsWith("/dev/")) {
      if (!/^\/dev\/(?:zero|null|u?random)$/.test(word.text)) {
        reportDisk(scope, invocation, word.text);
      }
    } else if (path !== undefined && scope.lookups.kind(path) === "file") {
      reportWrite(scope, word, invocation, `\`${invocation.program}\``);
    }
  }
}

function judgeDd(invocation: Invocation, scope: Scope): void {
  for (const word of invocation.words) {
    if (!word.text.startsWith("of=")) {
      continue;
    }
    const target = wordAfter(word, 3);
    const path = scope.resolvePath(target);
    if (path === undefined || isBlockDevice(path) || isSystemPath(path)) {
      reportDisk(scope, invocation, target.text);
    } else {
      reportWrite(scope, target, invocation, "`dd`");
    }
  }
}

function reportDisk(scope: Scope, invocation: Invocation, target: string): void {
  report(scope, invocation, {
    action: "disk:overwrite",
    effects: ["irreversible_data_deletion", "system_modification"],
    target,
    because: `\`${invocation.program}\` overwrites \`${target}\``,
  });
}

/** `mkfs.ext4`, `mkfs.xfs`: every file system has its own name. */
export function isMkfs(program: string): boolean {
  return /^(?:mkfs|newfs)[._]/.test(program) || program === "mke2fs" || program === "mkfs";
}

/** `rsync --delete`. The destination loses what the source does not have. */
export const mirroring: ProgramRule = {
  programs: ["rsync"],
  examples: {
    matches: [
      { command: "rsync --delete source/ /", actions: ["fs:delete"] },
      { command: "rsync -a --delete-before host:source/ /etc", actions: ["fs:delete"] },
      { command: "rsync -a --delete ./ me@host:/var/www/", actions: ["rsync:mirror"] },
      { command: "rsync -a --remove-source-files src/ /tmp/x/", actions: ["fs:delete"] },
    ],
    misses: [
      { command: "rsync -a source/ dist/", actions: ["fs:delete"] },
      { command: "rsync -an --delete ./ host:/var/www/", actions: ["rsync:mirror"] },
    ],
  },
  judge(invocation, scope) {
    const args = readArguments(
      invocation.words,
      optionSpec(
        "-e --rsh --exclude --include --filter -f --exclude-from --include-from --files-from --bwlimit --timeout --port --password-file --log-file --out-format --chmod --chown --max-size --min-size --backup-dir --suffix -T --temp-dir --partial-dir --rsync-path",
      ),
    );
    const shell = args.values.get("-e") ?? args.values.get("--rsh");
    if (shell?.known === true && !/^\s*(?:ssh|rsh)\b/.test(shell.text)) {
      scope.shell(shell.text, "rsync -e", scope.evidence(invocation));
    }
    const deletes = [...args.flags].some((flag) => flag.startsWith("--delete") || flag === "--del");
    const target = args.operands.at(-1);
    if (hasOption(args, "--dry-run", "-n") || target === undefined) {
      return;
    }
    if (hasOption(args, "--remove-source-files")) {
      for (const source of args.operands.slice(0, -1)) {
        if (!/^(?:[^/]+:|rsync:)/.test(source.text)) {
          reportDeletion(scope, source, invocation, {
            recursive: true,
            how: "`rsync --remove-source-files`",
          });
        }
      }
    }
    if (deletes && !/^(?:[^/]+:|rsync:)/.test(target.text)) {
      reportDeletion(scope, target, invocation, { recursive: true, how: "`rsync --delete`" });
    } else if (deletes) {
      report(scope, invocation, {
        action: "rsync:mirror",
        // What was mirrored is here, what it replaces may not be: a human can tell, so it is asked and not killed.
        effects: ["irreversible_data_deletion"],
        target: target.text,
        because: `\`rsync --delete\` deletes on \`${target.text}\` what is not here`,
      });
    }
  },
};
