import { isCredentialVariable } from "../programs/environment.ts";
import { report } from "../report.ts";
import type { Invocation } from "./invocation.ts";
import type { Machine } from "./machine.ts";
import { specialValue } from "./variables.ts";
import { originOf } from "./word.ts";

/** `echo $TOKEN` to the agent brings the value into its context; into a pipe or file it does not. */
export function judgeEcho(machine: Machine, invocation: Invocation): void {
  for (const word of invocation.words) {
    const template = word.known ? "" : (word.template ?? "");
    const pointer = /\$\{!(\w+)\}/.exec(template)?.[1];
    if (pointer !== undefined && listsVariables.test(namesFrom(machine, pointer))) {
      reportShown(machine, invocation, "the whole environment");
    }
    const name = /\$\{?(\w+)/.exec(template)?.[1];
    if (name !== undefined && isCredentialVariable(name)) {
      reportShown(machine, invocation, name);
    }
  }
}

/** Programs that print the names of variables: what their names stand for is the environment. */
const listsVariables = /^(?:compgen|declare|typeset|set|env|printenv)$/;

/** The program that printed what a variable holds; empty where that is not known. */
function namesFrom(machine: Machine, name: string): string {
  const printed = specialValue(machine, name)?.printed;
  return printed === undefined ? "" : (originOf(printed) ?? "");
}

function reportShown(machine: Machine, invocation: Invocation, target: string): void {
  const all = target === "the whole environment";
  report(machine.scope, invocation, {
    action: all ? "process:print_environment" : "process:print_variable",
    effects: ["credential_access"],
    target,
    because: all ? "`echo` prints one variable after the other" : `\`echo\` prints \`${target}\``,
    access: "read",
  });
}
