import type { Scope } from "../scope.ts";
import type { Invocation } from "../shell/invocation.ts";

/** How an agent's own questions and sandbox are switched off. */
interface Guards {
  readonly programs: readonly string[];
  /** Over the options and their values, a blank around each; texts with blanks in them are left out. */
  readonly off: RegExp;
  /** Variables that do the same, as `NAME=VALUE`. */
  readonly variables?: readonly string[];
  /** What of them does, where not every value of such a variable does. */
  readonly value?: RegExp;
}

const guards: readonly Guards[] = [
  {
    programs: ["claude", "claude-code", "ccr"],
    off: / --(?:allow-)?dangerously-\S+ | --bare | --permission-mode[= ]bypassPermissions | --settings[= ]\S*(?:bypassPermissions|disableAllHooks)\S* /i,
    variables: ["CLAUDE_CODE_SIMPLE"],
    value: /^(?!0?$|false$)/,
  },
  {
    programs: ["codex"],
    // The settings of `features` and `hooks` may be given one by one or as an inline table.
    off: / --yolo | --full-auto | --dangerously-\S+ | --ignore-user-config | (?:--ask-for-approval[= ]|-a ?)never | (?:--sandbox[= ]|-s ?)danger-full-access | (?:--config[= ]|-c ?)["']?(?:approval_policy\s*=\s*\S*never|sandbox_mode\s*=\s*\S*danger-full-access|sandbox_permissions|features\S*hooks\S*=\S*false|hooks\b)| --disable[= ](?:codex_)?hooks | features (?:\S+ )*disable (?:\S+ )*(?:codex_)?hooks /,
  },
  {
    programs: ["gemini", "gemini-cli", "qwen", "qwen-code", "iflow"],
    off: / -[a-z]{0,3}y[a-z]{0,3} | --yolo(?:=true)? | --approval-mode[= ]yolo | --allowed-tools[= ]\S*(?:run_shell_command|ShellTool)(?![(\w])\S* | --(?:bare|safe-mode)(?:=true)? /,
    variables: ["QWEN_CODE_SAFE_MODE"],
    value: /^(?!0?$|false$)/,
  },
  { programs: ["cursor-agent"], off: / -f | --force | --yolo / },
  { programs: ["agent"], off: /^(?=.*(?: -p | --print | chat ))(?=.*(?: -f | --force | --yolo ))/ },
  {
    programs: ["opencode", "opencode-ai"],
    off: / --dangerously-\S+ | --yolo | --auto(?:=true)? | --pure(?:=true)? /,
    variables: ["OPENCODE_PERMISSION", "OPENCODE_PURE", "OPENCODE_TEST_HOME"],
    value: /allow|^(?:1|true)$|^[/~.]/,
  },
  { programs: ["aider"], off: / --yes-always | --yes | --aiderignore[= ]\S/ },
  { programs: ["amp"], off: / --dangerously-allow-all / },
  {
    programs: ["copilot"],
    off: / --allow-all(?:-tools)? | --yolo | --allow-tool[= ]["']?shell["']? /,
    variables: ["COPILOT_ALLOW_ALL"],
    value: /^(?!0?$|false$)/,
  },
  { programs: ["cline"], off: / -y | --yolo | --auto-approve-all | --config[= ]\S/ },
  { programs: ["kilo", "kilocode"], off: / --auto | --yolo / },
  {
    programs: ["goose"],
    off: / --(?:mode)[= ]auto /,
    variables: ["GOOSE_MODE"],
    value: /^auto$/,
  },
  { programs: ["crush"], off: / -y | --yolo / },
  { programs: ["droid"], off: / --skip-permissions-unsafe | --auto[= ]high / },
  {
    programs: ["kiro", "kiro-cli", "q"],
    off: / --trust-all-tools | -a | --trust-tools[= ]\S*(?:execute_bash|shell)\S* /,
  },
  { programs: ["auggie"], off: / --permission[= ]\S*:allow\S* / },
  { programs: ["openhands"], off: / --always-approve | --yolo / },
  { programs: ["interpreter"], off: / -\w*y | --auto[-_]run / },
  { programs: ["gptme"], off: / -\w*[yn] | --no-confirm | --non-interactive / },
  { programs: ["plandex", "pdx"], off: / --full(?:-auto)? | --auto-exec / },
  // Without anybody to ask, `cn --auto` is how it is meant to be used.
  { programs: ["cn"], off: / --yolo | --dangerously-\S+ / },
  { programs: ["sgpt"], off: /^(?=.*(?: -s | --shell ))(?=.* --no-interaction )/ },
  {
    programs: ["kimi", "vibe", "grok", "trae-cli", "forge", "cagent", "rovodev", "codebuff"],
    off: / -y | --yes | --yolo | --auto-approve | --always-approve | --auto /,
  },
];

const byProgram: ReadonlyMap<string, Guards> = new Map(
  guards.flatMap((guard) => guard.programs.map((program): [string, Guards] => [program, guard])),
);

/** Every agent whose switches are known, by the names of its programs. */
export const guardedAgents: readonly string[] = [...byProgram.keys()];

/** Switches that mean the same wherever they stand. */
const anywhere =
  / --(?:dangerously-\S+|allow-dangerously-\S+|no-safety|yolo|skip-permissions(?:-unsafe)?|auto-approve-everything|trust-all-tools|allow-all-tools|no-hooks|disable-hooks|permission-mode[= ]bypassPermissions|approval-mode[= ]yolo|sandbox[= ]danger-full-access)[ =]/;

/** Which switch starts the agent without its guards; undefined where none does. */
export function guardSwitch(invocation: Invocation, scope: Scope): string | undefined {
  const options = optionsOf(invocation);
  const guard = byProgram.get(invocation.program.replace(/@.*$/, ""));
  const found = (guard?.off.exec(options) ?? anywhere.exec(options))?.[0].trim();
  if (found !== undefined) {
    return found === "" ? "its options" : `\`${found}\``;
  }
  const variable = guard?.variables?.find((name) => {
    const value = invocation.assignments.get(name)?.text ?? scope.variable(name);
    return value !== undefined && guard.value?.test(value) !== false;
  });
  return variable === undefined ? undefined : `\`${variable}\``;
}

/** Options and short values: a prompt speaks of switches without setting them. */
function optionsOf(invocation: Invocation): string {
  const kept = invocation.words
    .slice(1)
    .map(({ text }, index) =>
      /\s/.test(text) && !/^(?:-c|--config|--settings)(?:=|$)/.test(invocation.words[index]?.text ?? "")
        ? text.replaceAll(/^(--?[\w-]+=)?[\s\S]*$/g, "$1_")
        : text.replaceAll(/\s+/g, ""),
    );
  return ` ${kept.join(" ")} `;
}
