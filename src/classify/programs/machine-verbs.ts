import type { Effect } from "../../model/effect.ts";
import type { ProgramRule } from "../scope.ts";
import { verbRule, type Tool, type Verb } from "./verb-rules.ts";

const changed: readonly Effect[] = ["system_modification"];
const kept: readonly Effect[] = ["persistence"];
const ended: readonly Effect[] = ["process_kill"];
const erased: readonly Effect[] = ["irreversible_data_deletion"];
const seen: readonly Effect[] = ["credential_access"];

type More = Pick<Partial<Verb>, "with" | "without" | "effects" | "text">;

function verb(operation: string, on: RegExp | undefined, because: string, more: More = {}): Verb {
  return { operation, effects: changed, because, ...(on === undefined ? {} : { on }), ...more };
}

function tool(programs: string, verbs: readonly Verb[], more: Partial<Tool> = {}): Tool {
  return { programs: programs.split(" "), provider: "system", ...more, verbs };
}

const any = /^/;
const alters = "it changes how this machine works for everybody";

/** Programs of a machine's owner, told apart by what they are asked to do. Forms that only show are left alone. */
const tools: readonly Tool[] = [
  // File systems and boot.
  tool("debugfs", [
    verb("write_filesystem", any, "it writes into a file system past the system", { with: / -w / }),
  ]),
  tool(
    "fsck e2fsck xfs_repair fsck.ext4 fsck.ext3 fsck.xfs btrfsck reiserfsck ntfsfix",
    [verb("repair_filesystem", /\/|=/, "a repair may throw data away")],
    { idle: / (?:-n|-N|--readonly|--no-action) / },
  ),
  tool("resize2fs growpart lvreduce lvresize pvmove vgreduce zpool-remove", [
    verb("resize_filesystem", /\//, "it moves the borders of a file system", { effects: erased }),
  ]),
  tool("grub-install grub2-install update-initramfs dracut mkinitcpio kernelstub bless", [
    verb("change_boot", any, "it changes how this machine starts"),
  ]),
  tool("aa-teardown aa-disable aa-complain aa-remove-unknown", [
    verb("weaken_protection", any, "it takes protection from the machine"),
  ]),
  tool("auditctl", [
    verb("weaken_protection", any, "it stops the machine's own record", { with: / (?:-e|-D|-d|-W) / }),
  ]),
  tool("tccutil", [verb("change_permissions", /^reset\b/, "it takes back what the user permitted")]),
  tool("socketfilterfw", [
    verb("firewall", any, "it changes the firewall", {
      with: / --(?:set\S*|add|remove|blockapp|unblockapp)[ =]/,
    }),
  ]),
  tool("netsh", [
    verb(
      "firewall",
      /firewall.*\b(?:off|reset|delete|add|disable)\b|^int\w* .*\b(?:set|reset|delete)\b/i,
      "it changes the firewall or the network",
    ),
  ]),
  tool("hostnamectl", [verb("set", /^(?:set-\S+|hostname \S)/, alters)]),
  tool("localectl", [verb("set", /^set-/, alters)]),
  tool("resolvectl systemd-resolve", [
    verb("set", /^(?:dns|domain|default-route|llmnr|mdns|dnssec|revert) \S+ \S/, alters),
  ]),
  tool("update-alternatives alternatives", [
    verb("set", any, "it puts another program in the place of one", {
      with: / --(?:set|install|remove|remove-all|set-selections|auto|config)[ =]/,
    }),
  ]),
  tool("ldconfig", [verb("set", /\//, "it changes which libraries every program loads")]),
  tool("apt-key", [
    verb("trust", /^(?:add|adv|del|update)\b/, "it changes whose packages this machine trusts"),
  ]),
  tool("add-apt-repository apt-add-repository", [
    verb("trust", /\S/, "it changes whose packages this machine trusts"),
  ]),
  tool("update-ca-certificates update-ca-trust trust", [
    verb("trust", /^(?:anchor|extract-compat)\b/, "it changes whose certificates this machine trusts"),
  ]),
  tool("sysadminctl", [
    verb("change_account", any, "it changes accounts or rights", {
      effects: ["privilege_change", "system_modification"],
      text: /-(?:deleteUser|addUser|resetPasswordFor|newPassword|adminUser|guestAccount)/,
    }),
  ]),
  tool("zypper", [verb("remove_packages", /^(?:rm|remove|purge)\b/, "it removes packages of the system")]),
  tool("nix-collect-garbage", [
    verb("remove_packages", undefined, "there is no way back to earlier generations", {
      with: / (?:-d|--delete-old|--delete-older-than)[ =]/,
    }),
  ]),
  tool("nix-env nixos-rebuild nix-store nix-channel", [
    verb("remove_packages", any, "it removes packages of the machine", {
      with: / (?:-e|--uninstall|--delete-generations|--delete|--remove)[ =]/,
    }),
  ]),
  tool(
    "lvchange vgchange",
    [verb("stop_volume", any, "what uses the volume loses it", { with: / (?:-a|--activate)=\w?n/ })],
    { valued: "-a --activate" },
  ),
  tool("dmsetup", [
    verb("stop_volume", /^(?:remove|remove_all|wipe_table|suspend)\b/, "what uses the volume loses it"),
  ]),
  tool("multipath", [verb("stop_volume", any, "what uses the volume loses it", { with: / (?:-F|-f)[ =]/ })]),
  tool("apparmor_parser", [
    verb("weaken_protection", any, "it takes protection from the machine", {
      with: / (?:-R|--remove|-C)[ =]/,
    }),
  ]),
  tool("semanage", [
    verb("weaken_protection", /^\S+/, "it changes the protection of the machine", {
      with: / (?:-a|-d|-m|-D|--add|--delete|--modify)[ =]/,
    }),
  ]),
  tool("setsebool", [verb("weaken_protection", /\S/, "it changes the protection of the machine")]),
  tool("grub-mkconfig grub2-mkconfig update-grub", [
    verb("change_boot", any, "it changes how this machine starts", { text: /\/boot|^$/ }),
  ]),
  tool("iptables-restore ip6tables-restore", [
    verb("firewall", undefined, "it replaces the firewall", { without: / (?:-t|--test) / }),
  ]),
  tool("ifdown ifup", [verb("network", /\S/, "it changes the network")]),
  tool("npm pnpm yarn", [
    verb(
      "start_with_installs",
      /^(?:config )?set (?:script-shell|node-options|git|shell|onload-script)[ =]/,
      "it names a program that every install starts",
      { effects: kept },
    ),
  ]),
  tool("pip pip3", [
    verb("remove_packages", /^uninstall\b/, "it removes packages of the machine", {
      with: / --break-system-packages /,
    }),
  ]),
  tool("osascript", [
    verb("shut_down", undefined, "it ends what runs on this machine", {
      text: /tell app\w*\s+\\?"(?:System Events|loginwindow|Finder)\\?"\s+to\s+(?:shut down|restart|sleep|log out|empty)/i,
    }),
    verb("start_at_login", undefined, "it sets up what runs by itself later", {
      text: /make (?:new )?login item/i,
      effects: kept,
    }),
  ]),
  // Records.
  tool("journalctl", [
    verb("erase_logs", undefined, "records of this machine are deleted", {
      with: / --vacuum-\S+ /,
      effects: erased,
    }),
  ]),
  tool("logrotate", [
    verb("erase_logs", any, "records of this machine are put away", { with: / (?:-f|--force) / }),
  ]),
  tool("wevtutil", [
    verb("erase_logs", /^(?:cl|clear-log|sl)\b/i, "records of this machine are deleted", { effects: erased }),
  ]),
  // What runs.
  tool("tmux", [
    verb("end_sessions", /^kill-server\b/, "every session ends, with all that runs in them", {
      effects: ended,
    }),
  ]),
  tool("screen", [
    verb("end_sessions", /(?:^|\s)(?:quit|kill)$/, "what runs in the session ends", {
      with: / -X /,
      effects: ended,
    }),
  ]),
  tool("loginctl", [
    verb("end_sessions", /^(?:terminate|kill)-/, "a user's sessions end", { effects: ended }),
    verb("linger", /^enable-linger\b/, "a user's services run without the user", { effects: kept }),
  ]),
  tool("pm2", [
    verb("end_services", /^(?:kill$|(?:delete|stop|restart) all$|unstartup)/, "every service ends", {
      effects: ended,
    }),
    verb("start_at_boot", /^(?:startup|save)\b/, "it sets up what runs by itself later", { effects: kept }),
  ]),
  tool("supervisorctl", [
    verb("end_services", /^(?:shutdown|remove \S|stop all)\b/, "services of this machine end", {
      effects: ended,
    }),
  ]),
  tool("ipcrm", [
    verb("end_services", undefined, "other programs lose what they share", { with: / (?:-a|--all)[ =]/ }),
  ]),
  tool("atrm", [verb("unschedule", /\S/, "a scheduled task is deleted")]),
  // Access and eavesdropping.
  tool("ssh-copy-id", [
    verb("authorize_key", /\S/, "whoever holds the key may sign in there from now on", {
      effects: ["privilege_change"],
    }),
  ]),
  tool("tcpdump tshark dumpcap ngrep tcpflow ettercap bettercap dsniff arpspoof", [
    verb("eavesdrop", undefined, "it listens to what other programs send", {
      effects: seen,
      without: / (?:-D|-L|-r|--list-interfaces)[ =]/,
    }),
  ]),
  tool("gcore procdump", [verb("read_memory", any, "it copies the memory of a program", { effects: seen })]),
];

export const machineVerbs: ProgramRule = verbRule(tools, {
  matches: [
    { command: "debugfs -w -R 'rm /x' /dev/sda1", actions: ["system:write_filesystem"] },
    { command: "xfs_repair -L /dev/sda1", actions: ["system:repair_filesystem"] },
    { command: "journalctl --vacuum-time=1s", actions: ["system:erase_logs"] },
    { command: "tmux kill-server", actions: ["system:end_sessions"] },
    { command: "auditctl -e 0", actions: ["system:weaken_protection"] },
    { command: "hostnamectl set-hostname x", actions: ["system:set"] },
    { command: "update-alternatives --set editor /tmp/x", actions: ["system:set"] },
    { command: "nix-collect-garbage -d", actions: ["system:remove_packages"] },
    { command: "sysadminctl -deleteUser alice", actions: ["system:change_account"] },
    { command: "ssh-copy-id me@host", actions: ["system:authorize_key"] },
    { command: "pm2 delete all", actions: ["system:end_services"] },
    { command: "tcpdump -i any -w /tmp/x", actions: ["system:eavesdrop"] },
  ],
  misses: [
    { command: "fsck -n /dev/sda1", actions: ["system:repair_filesystem"] },
    { command: "journalctl -u nginx -n 50", actions: ["system:erase_logs"] },
    { command: "tmux kill-session -t dev", actions: ["system:end_sessions"] },
    { command: "hostnamectl status", actions: ["system:set"] },
    { command: "resolvectl status", actions: ["system:set"] },
    { command: "update-alternatives --list java", actions: ["system:set"] },
    { command: "ldconfig -p", actions: ["system:set"] },
    { command: "nix-collect-garbage", actions: ["system:remove_packages"] },
    { command: "pm2 restart app", actions: ["system:end_services"] },
    { command: "tcpdump -r capture.pcap", actions: ["system:eavesdrop"] },
    { command: "supervisorctl stop web", actions: ["system:end_services"] },
  ],
});
