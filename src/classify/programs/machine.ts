import { report } from "../report.ts";
import type { ProgramRule, Scope } from "../scope.ts";
import type { Invocation } from "../shell/invocation.ts";

interface MachineChange {
  readonly programs: readonly string[];
  /** Over the words joined by spaces, without the program. */
  readonly changes: RegExp;
  /** Forms that only show something; by default those with a word for it anywhere. */
  readonly shows?: RegExp;
  readonly what: string;
}

const machineChanges: readonly MachineChange[] = [
  {
    programs: ["iptables", "ip6tables", "nft", "ufw", "firewall-cmd", "pfctl"],
    changes:
      /(?:^|\s)(?:-F|-X|-P|-D|-A|-I|-R|-Z|--flush|--delete\S*|--append|--insert|--policy|flush|delete|disable|reset|deny|allow|add|--remove\S*|--add\S*|-d|-e|-f|-F\w+|--panic-on)(?:\s|$)/,
    what: "changes the firewall",
  },
  {
    programs: ["ip", "ifconfig", "route", "nmcli", "netplan", "networksetup", "resolvectl"],
    changes: /(?:^|\s)(?:del|delete|flush|down|add|change|replace|apply|-set\S*|modify|off)(?:\s|$)/,
    what: "changes the network",
  },
  {
    programs: ["sysctl"],
    changes: /(?:^|\s)(?:-w|--write|-p|--load\S*|--system|[\w.]+=\S*)(?:\s|$)/,
    what: "changes the running system",
  },
  {
    programs: ["mount"],
    changes: /\S/,
    shows: /^(?:-l|-V|--help|--version|(?:-l )?-t \S+)$/,
    what: "changes what is mounted",
  },
  {
    programs: ["umount", "swapoff"],
    changes: /\S/,
    shows: /^--(?:help|version)$/,
    what: "changes what is mounted",
  },
  {
    programs: ["losetup"],
    changes: /\S/,
    shows: /^(?:-l|-a|-f|-J|--all|--list|--find|--json|--help|-j \S+|\/dev\/loop\d+)$/,
    what: "changes what is mounted",
  },
  {
    programs: ["swapon"],
    changes: /\S/,
    shows: /^(?:-s|--summary|--show\S*|--help)$/,
    what: "changes what is mounted",
  },
  {
    programs: [
      "modprobe",
      "rmmod",
      "insmod",
      "kexec",
      "setenforce",
      "bcdedit",
      "efibootmgr",
      "grub-install",
      "update-grub",
      "nvram",
      "csrutil",
      "spctl",
      "bootctl",
    ],
    changes:
      /(?:^|\s)(?:-r|-c|-w|--write|--remove|\w[\w.]*=\S*|0|disable|--master-disable|\/set|\/delete\S*|-B|-e)(?:\s|$)|^[\w./-]+\.ko|^\w+$/,
    what: "changes the running system",
  },
  {
    programs: [
      "apt",
      "apt-get",
      "aptitude",
      "yum",
      "dnf",
      "zypper",
      "pacman",
      "apk",
      "snap",
      "dpkg",
      "rpm",
      "emerge",
      "pkg",
    ],
    changes:
      /(?:^|\s)autoremove\s+(?!-)\S|(?:^|\s)(?:remove|purge|erase|uninstall|del|-R\w*|--remove|--purge|-e|--erase|-r|-P)(?:\s|$)/,
    what: "removes packages of the system",
  },
  {
    programs: ["icacls", "cacls", "takeown"],
    changes: /(?:^|\s)\/(?:grant|deny|remove|reset|setowner|inheritance|restore|f)\b/i,
    what: "changes who may use files",
  },
  {
    programs: ["vssadmin", "wbadmin", "wmic", "reg", "bitsadmin", "certutil", "fsutil"],
    changes:
      /(?:^|\s)(?:delete|add|call\s+(?:create|terminate|delete|uninstall)|\/transfer|-urlcache|-decode|deletejournal|usn)(?:\s|$)/i,
    what: "changes the system",
  },
  {
    programs: ["gpg", "gpg2"],
    changes:
      /(?:^|\s)--(?:export-secret-(?:sub)?keys?|delete-secret-keys?|delete-secret-and-public-keys?)(?:\s|$)/,
    what: "shows or deletes stored credentials",
  },
  {
    programs: [
      "VBoxManage",
      "vboxmanage",
      "lxc",
      "incus",
      "prlctl",
      "utmctl",
      "limactl",
      "colima",
      "orb",
      "tart",
    ],
    changes: /(?:^|\s)(?:unregistervm\b.*--delete|delete|destroy)(?:\s|$)/,
    what: "deletes a virtual machine",
  },
  {
    programs: ["security", "secret-tool", "keyctl", "cmdkey", "kwallet-query", "kwalletcli"],
    changes:
      /(?:^|\s)(?:dump-keychain|find-(?:generic|internet)-password|delete-\S+|export|lookup|clear|search|unlink|purge|\/delete\S*|rm|show|print|read|pipe|-r|--read-password)(?:\s|$)/,
    what: "reads or deletes stored credentials",
  },
  {
    programs: ["pass"],
    // A name alone shows what is kept under it.
    changes:
      /^(?:show|rm|mv|otp|edit|git push|-c|--clip)(?:\s|$)|^(?!(?:ls|list|find|search|grep|init|help|version|git|insert|generate|cp)(?:\s|$))[\w.@/-]+$/,
    what: "reads or deletes stored credentials",
  },
  {
    programs: [
      "docker-credential-desktop",
      "docker-credential-osxkeychain",
      "docker-credential-secretservice",
      "docker-credential-pass",
      "docker-credential-wincred",
      "docker-credential-ecr-login",
      "docker-credential-gcloud",
      "docker-credential-gcr",
      "git-credential-osxkeychain",
      "git-credential-manager",
      "git-credential-libsecret",
      "git-credential-store",
    ],
    changes: /(?:^|\s)(?:get|list|erase)$/,
    what: "reads or deletes stored credentials",
  },
  {
    programs: ["pg_dropcluster", "pg_resetwal", "mysql_secure_installation"],
    changes: /\S/,
    what: "deletes a database on this machine",
  },
  {
    programs: [
      "tmutil",
      "timeshift",
      "snapper",
      "btrfs",
      "restic",
      "borg",
      "duplicity",
      "velero",
      "pgbackrest",
      "kopia",
    ],
    changes:
      /(?:^|\s)(?:delete\w*|disable|subvolume delete|forget|prune|--delete\S*|expire|purge|remove\S*|stanza-delete|backup delete|snapshot delete)(?:\s|$)/,
    what: "deletes backups",
  },
  {
    programs: ["xattr", "defaults", "history", "fc"],
    changes: /(?:^|\s)(?:-c|delete\s+-g|delete\s+NSGlobalDomain|(?:LoginHook|LogoutHook)\s+\S+)(?:\s|$)/,
    what: "clears what is kept",
  },
];

const showing = /(?:^|\s)(?:--help|--dry-run|--simulate|-l|--list)(?:\s|$)/;

/** Programs for the machine as a whole. Their reading forms are left alone. */
export const machine: ProgramRule = {
  programs: machineChanges.flatMap((change) => change.programs),
  examples: {
    matches: [
      { command: "iptables -F", actions: ["system:modify"] },
      { command: "apt-get purge -y postgresql", actions: ["system:modify"] },
      { command: "security dump-keychain", actions: ["system:modify"] },
      { command: "umount -l /", actions: ["system:modify"] },
      { command: "mount -a", actions: ["system:modify"] },
      { command: "keyctl print 123", actions: ["system:modify"] },
      { command: "pass prod/db", actions: ["system:modify"] },
      { command: "docker-credential-osxkeychain get", actions: ["system:modify"] },
      { command: "restic forget --keep-last 1 --prune", actions: ["system:modify"] },
    ],
    misses: [
      { command: "iptables -L", actions: ["system:modify"] },
      { command: "apt-get install -y jq", actions: ["system:modify"] },
      { command: "ip addr", actions: ["system:modify"] },
      { command: "ip -6 addr show dev eth0", actions: ["system:modify"] },
      { command: "mount", actions: ["system:modify"] },
      { command: "mount -l", actions: ["system:modify"] },
      { command: "losetup -a", actions: ["system:modify"] },
      { command: "swapon --show", actions: ["system:modify"] },
    ],
  },
  judge(invocation, scope) {
    const change = machineChanges.find((candidate) => candidate.programs.includes(invocation.program));
    const text = invocation.words
      .slice(1)
      .map((word) => word.text)
      .join(" ");
    if (change === undefined || !change.changes.test(text) || (change.shows ?? showing).test(text)) {
      return;
    }
    reportMachine(scope, invocation, change, text);
  },
};

function reportMachine(scope: Scope, invocation: Invocation, change: MachineChange, text: string): void {
  const backups =
    change.what === "deletes backups" ||
    change.what === "deletes a virtual machine" ||
    change.programs.includes("pg_dropcluster") ||
    /shadow|catalog|backup/i.test(text);
  const credentials = change.what.includes("credentials");
  report(scope, invocation, {
    action: "system:modify",
    effects: backups
      ? ["irreversible_data_deletion"]
      : credentials
        ? ["credential_access"]
        : ["system_modification"],
    target: `${invocation.program} ${text}`.slice(0, 120),
    because: `\`${invocation.program}\` ${change.what}`,
  });
}
