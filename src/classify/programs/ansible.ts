import type { Effect } from "../../model/effect.ts";
import { optionSpec, readArguments, type Arguments } from "../options.ts";
import { report } from "../report.ts";
import type { ProgramRule } from "../scope.ts";
import type { Invocation, Word } from "../shell/invocation.ts";
import { knownWord } from "../shell/word.ts";

const options = optionSpec(
  "-a --args -m --module-name -i --inventory --inventory-file -l --limit -u --user -e --extra-vars -f --forks -c --connection --become-user --become-method --private-key --key-file -T --timeout -B --background -P --poll -t --tree -M --module-path --vault-id --vault-password-file --ssh-common-args --ssh-extra-args --playbook-dir -U --url -d --directory -C --checkout",
);

const dry = ["--check", "-C", "--syntax-check", "--list-hosts", "--list-tasks", "--list-tags"];

/** `ansible HOSTS -m MODULE -a ARGUMENTS`: one task on many machines; `ansible-pull` runs what a repository says. */
export const ansible: ProgramRule = {
  programs: ["ansible", "ansible-pull"],
  examples: {
    matches: [
      { command: "ansible all -m shell -a 'rm -rf /srv/data'", actions: ["fs:delete"] },
      { command: "ansible web -a 'rm -rf /srv/data' -b", actions: ["fs:delete"] },
      { command: "ansible db -m file -a 'path=/srv/data state=absent'", actions: ["ansible:file_absent"] },
      { command: "ansible all -m ansible.builtin.reboot", actions: ["ansible:reboot"] },
      { command: "ansible-pull -U https://example.com/x.git", actions: ["ansible:pull"] },
    ],
    misses: [
      { command: "ansible all -m ping", actions: ["ansible:reboot"] },
      { command: "ansible all -a uptime", actions: ["fs:delete"] },
      { command: "ansible all -m shell -a 'rm -rf /srv/data' --check", actions: ["fs:delete"] },
      { command: "ansible web --list-hosts", actions: ["ansible:reboot"] },
    ],
  },
  judge(invocation, scope) {
    const args = readArguments(invocation.words, options);
    if (invocation.program === "ansible-pull") {
      report(scope, invocation, {
        action: "ansible:pull",
        effects: ["remote_code_execution"],
        target: (args.values.get("-U") ?? args.values.get("--url"))?.text ?? "a repository",
        because: "`ansible-pull` runs what a repository elsewhere says",
      });
      return;
    }
    if (dry.some((name) => args.flags.has(name))) {
      return;
    }
    const hosts = args.operands[0]?.text ?? "all";
    const what = args.values.get("-a") ?? args.values.get("--args");
    const module = moduleOf(args);
    if (/^(?:shell|command|raw|win_shell|win_command)$/.test(module) && what !== undefined) {
      scope.command(remoteCommand(invocation, hosts, what), invocation.stdin);
      return;
    }
    const found = judgeModule(module, what?.text ?? "");
    if (found !== undefined) {
      report(scope, invocation, {
        ...found,
        target: hosts,
        because: `\`ansible\` runs \`${module}\` on \`${hosts}\``,
        reach: "remote",
      });
    }
  },
};

function moduleOf(args: Arguments): string {
  const written = args.values.get("-m") ?? args.values.get("--module-name");
  return written === undefined ? "command" : (written.text.split(".").at(-1) ?? "");
}

/** What runs there is as remote as a shell over the network. */
function remoteCommand({ start, end }: Invocation, hosts: string, what: Word): readonly Word[] {
  return [knownWord("ssh", start, end), knownWord(hosts, start, end), what];
}

/** Modules that take away what is named, where they are told that it shall be absent. */
const holders = new Set(
  "file win_file filesystem parted lvol postgresql_db mysql_db mongodb_user".split(" "),
);

const machines = new Set("reboot win_reboot user service systemd package apt yum dnf".split(" "));

function judgeModule(
  module: string,
  text: string,
): { readonly action: `ansible:${string}`; readonly effects: readonly Effect[] } | undefined {
  if (holders.has(module) && /\bstate\s*[=:]\s*["']?absent/.test(text)) {
    return { action: `ansible:${module}_absent`, effects: ["irreversible_data_deletion"] };
  }
  return machines.has(module) ? { action: `ansible:${module}`, effects: ["system_modification"] } : undefined;
}
