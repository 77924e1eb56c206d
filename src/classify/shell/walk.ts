import type {
  AndOr,
  ArithmeticFor,
  Case,
  Command,
  CompoundList,
  Coproc,
  For,
  Function as FunctionNode,
  If,
  ParsedScript,
  Pipeline,
  Redirected as RedirectedNode,
  Select,
  Statement,
  TestExpression,
  While,
} from "unbash";
import { assertNever } from "../../base/result.ts";
import { picksSettings } from "../programs/environment.ts";
import { report } from "../report.ts";
import { playIndices, walkArithmetic } from "./arithmetic.ts";
import { runCommand } from "./command.ts";
import { expandText, expandWord } from "./expand.ts";
import type { Stdin, Word } from "./invocation.ts";
import type { Machine } from "./machine.ts";
import { applyRedirects, isNetworkPath, rememberOutputs } from "./redirects.ts";
import type { ShellState } from "./state.ts";
import { missingBefore, whileMissing } from "./guards.ts";
import { isFollowedByNothing } from "./malformed.ts";
import { inherited, joinFlows, unknownFlow, unknownWord } from "./word.ts";

type Node = Statement["command"] | CompoundList;

/** Plays the statements of a script in order and gives back what they print, where somebody wants it. */
export function walkScript(
  machine: Machine,
  script: ParsedScript | CompoundList,
  stdin: Stdin,
  wanted: boolean,
): Stdin {
  let flow: Stdin = inherited;
  let left = false;
  for (const statement of script.commands) {
    if (isFollowedByNothing(machine.source, statement)) {
      machine.opaque("it cannot be parsed: unexpected `;`", { start: statement.pos, end: statement.end });
    }
    if (isBareNegation(statement.command) && !endsAlone(machine, statement)) {
      machine.opaque("it cannot be parsed: `!` without a command", {
        start: statement.pos,
        end: statement.end,
      });
    }
    const run = (): Stdin => walkNode(machine, statement.command, stdin, wanted);
    const printed = left || statement.background === true ? aside(machine, run) : run();
    left ||= leavesList(statement);
    if (wanted) {
      flow = joinFlows(flow, printed);
    }
  }
  return flow;
}

/** What stands behind `exit`, `return`, `break` or `continue` does not run: what it would change does not happen. */
function leavesList({ command }: Statement): boolean {
  return command.type === "Command" && /^(?:exit|return|break|continue)$/.test(command.name?.text ?? "");
}

/** `!` on its own is a command to bash only where a line or a list ends behind it. */
function endsAlone(machine: Machine, statement: Statement): boolean {
  return (
    statement.background !== true &&
    /^[ \t]*(?:[;\n#]|$)/.test(machine.source.slice(statement.end, statement.end + 80))
  );
}

function isBareNegation(node: Node): boolean {
  return node.type === "Pipeline" && node.commands.length === 0;
}

/** Plays one node of the syntax tree. */
export function walkNode(machine: Machine, node: Node, stdin: Stdin, wanted: boolean): Stdin {
  machine.tick();
  switch (node.type) {
    case "Command":
      return runCommand(machine, node, stdin, wanted);
    case "Pipeline":
      return walkPipeline(machine, node, stdin, wanted);
    case "AndOr":
      return walkAndOr(machine, node, stdin, wanted);
    case "CompoundList":
      return walkScript(machine, node, stdin, wanted);
    case "BraceGroup":
      return walkScript(machine, node.body, stdin, wanted);
    case "Subshell":
      return inSubshell(machine, () => walkScript(machine, node.body, stdin, wanted));
    case "Redirected":
      return walkRedirected(machine, node, stdin, wanted);
    case "If":
      return walkIf(machine, node, stdin, wanted);
    case "For":
    case "Select":
      return walkFor(machine, node, stdin, wanted);
    case "ArithmeticFor":
      return walkArithmeticFor(machine, node, stdin, wanted);
    case "While":
      return walkWhile(machine, node, stdin, wanted);
    case "Case":
      return walkCase(machine, node, stdin, wanted);
    case "Function":
      defineFunction(machine, node);
      return inherited;
    case "Coproc":
      return walkCoproc(machine, node);
    case "TestCommand":
      walkTest(machine, node.expression);
      return inherited;
    case "ArithmeticCommand":
      walkArithmetic(machine, node.expression);
      return inherited;
    default:
      return assertNever(node);
  }
}

function inSubshell(machine: Machine, run: () => Stdin): Stdin {
  const saved = machine.state.save();
  const flow = run();
  machine.state.restore(saved);
  return flow;
}

/** Runs something that changes nothing for what follows, except perhaps files. */
function aside(machine: Machine, run: () => Stdin): Stdin {
  machine.state.doubts += 1;
  const flow = inSubshell(machine, run);
  machine.state.doubts -= 1;
  return flow;
}

/** Runs something that may or may not happen: what it changes is certain only where both pasts agree. */
function maybe(machine: Machine, run: () => Stdin): Stdin {
  const before = machine.state.save();
  machine.state.doubts += 1;
  const flow = run();
  machine.state.doubts -= 1;
  machine.state.merge(before);
  return flow;
}

function walkPipeline(machine: Machine, node: Pipeline, stdin: Stdin, wanted: boolean): Stdin {
  const { commands } = node;
  const [only] = commands;
  if (commands.length === 1 && only !== undefined) {
    return walkNode(machine, only, stdin, wanted);
  }
  const saved = machine.state.save();
  let flow = stdin;
  for (const [index, command] of commands.entries()) {
    const last = index === commands.length - 1;
    if (index > 0) {
      machine.state.restore(saved.save());
    }
    flow = listsSettings(command, commands[index + 1])
      ? unknownFlow("settings of the environment")
      : walkNode(machine, command, flow, wanted || !last);
    if (flow.kind === "inherited" && !last) {
      flow = { kind: "text", text: "" };
    }
  }
  machine.state.restore(saved);
  return flow;
}

/** `env | grep NODE_ENV` prints one setting, as `printenv NODE_ENV` does. */
function listsSettings(node: Node, next: Node | undefined): boolean {
  if (node.type !== "Command" || next?.type !== "Command" || !isBare(node, /^(?:env|printenv)$/)) {
    return false;
  }
  const words = next.args.map((word) => (word.type === "Word" ? word.value : ""));
  const [pattern, ...more] = words.filter((word) => !/^-[iEFwxno]+$/.test(word));
  return (
    isPlain(next, /^[ef]?grep$/) &&
    next.redirects.length === 0 &&
    pattern !== undefined &&
    more.length === 0 &&
    picksSettings(pattern.replace(/^(\^?)\((.*)\)(=?)$/, "$2"))
  );
}

function isBare(node: Command, name: RegExp): boolean {
  return isPlain(node, name) && node.args.length === 0 && node.redirects.length === 0;
}

function isPlain(node: Command, name: RegExp): boolean {
  return node.prefix.length === 0 && name.test(node.name?.value ?? "") && node.name?.parts === undefined;
}

function walkAndOr(machine: Machine, node: AndOr, stdin: Stdin, wanted: boolean): Stdin {
  let flow: Stdin = inherited;
  let before: ShellState | undefined;
  for (const [index, command] of node.commands.entries()) {
    if (isBareNegation(command)) {
      machine.opaque("it cannot be parsed: `!` without a command", { start: node.pos, end: node.end });
    }
    if (before === undefined && index > 0 && machine.state.holdsAnything()) {
      // What stands behind `&&` most likely runs; what it takes the place of may stand all the same.
      before = machine.state.save();
      machine.state.doubts += 1;
    }
    const run = (): Stdin => walkNode(machine, command, stdin, wanted);
    const operator = index > 0 ? node.operators[index - 1] : undefined;
    const missing = missingBefore(machine, node.commands[index - 1], operator ?? "");
    const printed = whileMissing(machine, missing, () => (operator === "||" ? maybe(machine, run) : run()));
    flow = wanted ? joinFlows(flow, printed) : flow;
  }
  if (before !== undefined) {
    machine.state.doubts -= 1;
    machine.state.mergeReplaced(before);
  }
  return flow;
}

function walkRedirected(machine: Machine, node: RedirectedNode, stdin: Stdin, wanted: boolean): Stdin {
  const redirected = applyRedirects(machine, node.redirects, stdin);
  for (const [descriptor, flow] of redirected.opened) {
    machine.state.descriptors.set(descriptor, flow);
  }
  const writes = redirected.outputs.length > 0;
  const flow = walkNode(machine, node.command, redirected.stdin, wanted || writes);
  rememberOutputs(machine, redirected.outputs, flow);
  return redirected.outputs.some(({ word }) => isNetworkPath(word)) || writes ? inherited : flow;
}

function walkIf(machine: Machine, node: If, stdin: Stdin, wanted: boolean): Stdin {
  walkScript(machine, node.clause, stdin, false);
  const before = machine.state.save();
  machine.state.doubts += 1;
  const missing = missingBefore(machine, node.clause.commands.at(-1)?.command, "&&");
  let flow = whileMissing(machine, missing, () => walkScript(machine, node.then, stdin, wanted));
  machine.state.doubts -= 1;
  for (const branch of node.elif) {
    flow = joinFlows(
      flow,
      alternative(machine, before, () => {
        walkScript(machine, branch.clause, stdin, false);
        return walkScript(machine, branch.then, stdin, wanted);
      }),
    );
  }
  const last = node.else;
  if (last === undefined) {
    machine.state.merge(before);
    return flow;
  }
  return joinFlows(
    flow,
    alternative(machine, before, () => walkScript(machine, last, stdin, wanted)),
  );
}

/** Plays another branch from where the first one started and keeps what both agree on. */
function alternative(
  machine: Machine,
  before: ReturnType<Machine["state"]["save"]>,
  run: () => Stdin,
): Stdin {
  const first = machine.state.save();
  machine.state.restore(before.save());
  machine.state.doubts += 1;
  const flow = run();
  machine.state.doubts -= 1;
  machine.state.merge(first);
  return flow;
}

const maximumTurns = 16;

function walkFor(machine: Machine, node: For | Select, stdin: Stdin, wanted: boolean): Stdin {
  const words =
    node.wordlist === undefined
      ? machine.state.positional
      : node.wordlist.flatMap((word) => expandWord(machine, word));
  const name = node.name.value;
  const turns: readonly Word[] =
    words.length > maximumTurns
      ? [...words.slice(0, maximumTurns), unknownWord(`$${name}`, node.pos, node.end)]
      : words;
  const before = machine.state.save();
  let flow: Stdin = inherited;
  for (const word of turns) {
    machine.state.variables.set(name, { kind: "word", word });
    flow = joinFlows(flow, walkScript(machine, node.body, stdin, wanted));
  }
  if (turns.length === 0) {
    return maybe(machine, () => walkScript(machine, node.body, stdin, wanted));
  }
  if (turns.length > 1) {
    machine.state.merge(before);
  }
  return flow;
}

function walkArithmeticFor(machine: Machine, node: ArithmeticFor, stdin: Stdin, wanted: boolean): Stdin {
  walkArithmetic(machine, node.initialize);
  walkArithmetic(machine, node.test);
  walkArithmetic(machine, node.update);
  reportEndlessLoop(machine, node);
  return walkTwice(machine, () => walkScript(machine, node.body, stdin, wanted));
}

function walkWhile(machine: Machine, node: While, stdin: Stdin, wanted: boolean): Stdin {
  return walkTwice(machine, () => {
    walkScript(machine, node.clause, stdin, false);
    return walkScript(machine, node.body, stdin, wanted);
  });
}

/** A second turn sees what the first one assigned; later turns bring nothing new of what is followed here. */
function walkTwice(machine: Machine, run: () => Stdin): Stdin {
  const first = maybe(machine, run);
  const second = maybe(machine, run);
  return joinFlows(first, second);
}

function walkCase(machine: Machine, node: Case, stdin: Stdin, wanted: boolean): Stdin {
  expandText(machine, node.word);
  const before = machine.state.save();
  // With `*)` one of the branches is taken for certain.
  const certain = node.items.some(({ pattern }) => pattern.some((word) => word.text === "*"));
  let flow: Stdin = inherited;
  for (const [index, item] of node.items.entries()) {
    for (const pattern of item.pattern) {
      expandText(machine, pattern);
    }
    const run = (): Stdin => walkScript(machine, item.body, stdin, wanted);
    flow = joinFlows(flow, certain && index === 0 ? run() : alternative(machine, before, run));
  }
  return flow;
}

/** An assignment in front of a function: the parser passes over it, bash does not read it. */
const assignment = /(?:^|[\s;&|(){}])[A-Za-z_]\w*(?:\[[^\]\n]*\])?\+?=(?:[^\s;&|()]*|\([^()]*\))[ \t]+$/;

function defineFunction(machine: Machine, node: FunctionNode): void {
  const name = node.name.value;
  if (/[*?+@!]$/.test(name) || assignment.test(machine.source.slice(Math.max(0, node.pos - 200), node.pos))) {
    machine.opaque("it cannot be parsed: unexpected `(`", { start: node.pos, end: node.end });
  }
  machine.state.functions.set(name, [{ body: node.body, source: machine.source }]);
  reportForkBomb(machine, node, name);
  if (/^(?:precmd|preexec|chpwd|periodic|zshexit|TRAP[A-Z0-9]+|command_not_found_handler?)$/.test(name)) {
    // The shell calls these by itself.
    const saved = machine.state.save();
    machine.node(node.body, inherited, false);
    machine.state.restore(saved);
  }
}

/** A function that starts itself twice, or in the background, fills the process table. */
function reportForkBomb(machine: Machine, node: FunctionNode, name: string): void {
  const body = machine.source.slice(node.body.pos, node.body.end);
  const escaped = name.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  if (
    new RegExp(
      `(?:^|[\\s{;|&(])${escaped}\\s*(?:\\|\\s*${escaped}\\b)?[^;}]*&\\s*(?:;|\\}|$)|(?:^|[\\s{;|&(])${escaped}\\s*\\|\\s*${escaped}(?:[\\s&;}]|$)`,
    ).test(body)
  ) {
    reportExhaustion(machine, node, `the function \`${name}\` starts itself again and again`);
  }
}

function reportEndlessLoop(
  machine: Machine,
  node: { pos: number; end: number; test: unknown; body: CompoundList },
): void {
  if (node.test === undefined && node.body.commands.some((statement) => statement.background === true)) {
    reportExhaustion(machine, node, "a loop without end starts processes in the background");
  }
}

function reportExhaustion(machine: Machine, node: { pos: number; end: number }, because: string): void {
  report(
    machine.scope,
    { start: node.pos, end: node.end },
    {
      action: "process:exhaust",
      effects: ["system_modification"],
      target: "the process table",
      because,
    },
  );
}

function walkCoproc(machine: Machine, node: Coproc): Stdin {
  const name = node.name?.value ?? "COPROC";
  const flow = inSubshell(machine, () =>
    walkNode(
      machine,
      node.body,
      { kind: "unknown", because: "a co-process's pipe", fromNetwork: false },
      true,
    ),
  );
  const word: Word = { ...unknownWord(`\${${name}[0]}`, node.pos, node.end), printed: flow };
  machine.state.variables.set(name, {
    kind: "list",
    words: [word, unknownWord(`\${${name}[1]}`, node.pos, node.end)],
  });
  machine.state.descriptors.set(
    `coproc_${name}`,
    flow.kind === "inherited" ? unknownFlow("a co-process") : flow,
  );
  return inherited;
}

function walkTest(machine: Machine, expression: TestExpression): void {
  machine.tick();
  switch (expression.type) {
    case "TestUnary":
      playIndices(machine, expandText(machine, expression.operand));
      return;
    case "TestBinary":
      playIndices(machine, expandText(machine, expression.left));
      playIndices(machine, expandText(machine, expression.right));
      return;
    case "TestLogical":
      for (const operand of expression.operands) {
        walkTest(machine, operand);
      }
      return;
    case "TestNot":
      walkTest(machine, expression.operand);
      return;
    case "TestGroup":
      walkTest(machine, expression.expression);
      return;
    default:
      assertNever(expression);
  }
}
