import { hasOption, optionSpec, readArguments } from "../options.ts";
import { report } from "../report.ts";
import type { ProgramRule } from "../scope.ts";

/** Programs that print the environment, with every credential in it. One variable by name is a small thing beside that. */
export const environment: ProgramRule = {
  programs: ["env", "printenv", "set", "compgen", "ps"],
  examples: {
    matches: [
      { command: "env", actions: ["process:print_environment"] },
      { command: "printenv | sort", actions: ["process:print_environment"] },
      { command: "env -0", actions: ["process:print_environment"] },
      { command: "printenv RAILWAY_TOKEN", actions: ["process:print_variable"] },
      { command: "ps auxe", actions: ["process:print_environment"] },
      { command: "env | grep AWS", actions: ["process:print_environment"] },
      { command: "env | grep CI", actions: ["process:print_environment"] },
      { command: "env | grep -v PATH", actions: ["process:print_environment"] },
      { command: "env | grep -i path -A 99", actions: ["process:print_environment"] },
      { command: "env | tee x | grep PATH", actions: ["process:print_environment"] },
    ],
    misses: [
      { command: "env NODE_ENV=test npm test", actions: ["process:print_environment"] },
      { command: "printenv PATH", actions: ["process:print_environment", "process:print_variable"] },
      { command: "env --help", actions: ["process:print_environment"] },
      { command: "ps aux", actions: ["process:print_environment"] },
      { command: "ps -ef", actions: ["process:print_environment"] },
      { command: "env | grep NODE_ENV", actions: ["process:print_environment"] },
      { command: "printenv | grep -iE '^(PATH|JAVA_HOME)='", actions: ["process:print_environment"] },
    ],
  },
  judge(invocation, scope) {
    const { program } = invocation;
    const args = readArguments(
      invocation.words,
      program === "env" ? optionSpec("-u --unset -C --chdir -S") : optionSpec("-A"),
    );
    if (
      hasOption(args, "--help", "--version") ||
      program === "compgen" ||
      (program === "ps" && !/^[a-z]*e[a-z]*$/.test(invocation.words[1]?.text ?? "")) ||
      (program === "set" && invocation.words.length > 1)
    ) {
      return;
    }
    if (program === "printenv" && args.operands.length > 0) {
      for (const operand of args.operands.filter((word) => isCredentialVariable(word.text))) {
        report(scope, invocation, {
          action: "process:print_variable",
          effects: ["credential_access"],
          target: operand.text,
          because: `\`printenv\` prints \`${operand.text}\``,
          access: "read",
        });
      }
      return;
    }
    const cleared = hasOption(args, "-i", "--ignore-environment");
    if (!cleared) {
      report(scope, invocation, {
        action: "process:print_environment",
        effects: ["credential_access"],
        target: "the whole environment",
        because: `\`${program}\` prints the whole environment, with the credentials in it`,
        access: "read",
      });
    }
  },
};

const credentialVariable =
  /(?:TOKEN|SECRET|PASSWORD|PASSWD|API_?KEY|PRIVATE_KEY|ACCESS_KEY|CREDENTIALS?|AUTH)(?:$|_)/i;

export function isCredentialVariable(name: string): boolean {
  return credentialVariable.test(name);
}

/** What says how a machine is set up, and never who may do what: paths, languages, modes of a build. */
const settings =
  /^\^?(?:NODE_(?:ENV|VERSION|PATH)|(?:[A-Z]+_)?PATH|LANGUAGE|LC_\w+|TERM_PROGRAM|HOSTNAME|VIRTUAL_ENV|CONDA_(?:DEFAULT_ENV|PREFIX)|PYTHON(?:PATH|HOME|UNBUFFERED)|JAVA_HOME|ANDROID_(?:HOME|SDK_ROOT)|GO(?:PATH|ROOT|BIN|OS|ARCH|FLAGS|PROXY|PRIVATE)|CARGO_HOME|RUSTUP_HOME|RUSTFLAGS|NVM_(?:DIR|BIN)|XDG_\w+|CFLAGS|CXXFLAGS|LDFLAGS|CUDA_\w+|(?:RAILS|RACK|APP|FLASK)_ENV|DJANGO_SETTINGS_MODULE|GITHUB_(?:REF|SHA|WORKSPACE|ACTOR))=?$/i;

/** Names so short that they are found in others, and in values; they count where they begin a line. */
const shortSettings = /^\^(?:CI|TZ|PORT|USER|HOME|TERM|PWD|LANG|SHELL|DEBUG|EDITOR|PAGER|DISPLAY)=?$/i;

/** True for a pattern that picks nothing but such settings out of an environment. */
export function picksSettings(pattern: string): boolean {
  return pattern.split(/\\?\|/).every((name) => settings.test(name) || shortSettings.test(name));
}
