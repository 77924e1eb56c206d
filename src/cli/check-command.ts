import { resolve } from "node:path";
import type { JsonObject } from "../base/json.ts";
import type { Decision } from "../model/decision.ts";
import type { AgentRequest, RequestPayload } from "../model/request.ts";
import type { Verdict } from "../model/verdict.ts";
import { exitCodes, print, printJson, UsageError, type Command, type CommandContext } from "./command.ts";
import { decisionToJson } from "./decision-json.ts";
import { createEvaluator, type Evaluator } from "./evaluate.ts";
import { explanation, verdictLine } from "./explain-text.ts";
import { judgeLines } from "./jsonl.ts";
import { noPositionals, parseOptions, type OptionSpec, type ParsedOptions } from "./options.ts";
import { adapterOf } from "../boundary/hooks/registry.ts";
import { withShellInput } from "../boundary/hooks/shell-input.ts";
import { isShellDialect, shellDialects, type RequestDefaults } from "../boundary/check/request-json.ts";
import { commandLine } from "./shell-words.ts";

const options: OptionSpec = {
  policy: "text",
  task: "text",
  agent: "text",
  cwd: "text",
  shell: "text",
  read: "text",
  write: "text",
  json: "flag",
  jsonl: "flag",
};

const optionHelp = `options:
  --policy FILE   judge by FILE as if it were approved, on top of the baseline
  --task TASK     as the task of that name in the policy
  --agent AGENT   as that agent (default: unknown)
  --cwd DIR       where the command would start; with --policy also the workspace (default: here)
  --shell SHELL   ${shellDialects.join(", ")} (default: bash)
  --read PATH     judge reading a file instead of a command
  --write PATH    judge writing a file instead of a command
  --json          print the decision as JSON

exit codes: 0 allow, 10 ask, 11 deny, 12 kill, 2 wrong usage or a policy that does not load`;

export const checkCommand: Command = {
  name: "check",
  summary: "decide one request, or a stream of them, without running anything",
  help: `usage: signalbox check [options] -- COMMAND
       signalbox check [options] --read PATH
       signalbox check --jsonl [--policy FILE]   one JSON request a line in, one decision a line out

${optionHelp}
  with --jsonl: 0 when every line was answered; a line that cannot be read gets "verdict":"deny" and "error"

a JSON request: {"id"?, "kind"?: "shell"|"file_read"|"file_write"|"mcp_call"|"http", "command"?, "shell"?, "path"?, "content"?,
                 "server"?, "tool"?, "input"?, "method"?, "url"?, "headers"?, "body"?, "cwd"?, "agent"?, "task"?}`,
  async run(args, context) {
    const parsed = parseOptions(args, options);
    if (parsed.flags.has("jsonl")) {
      return checkLines(parsed, context);
    }
    const { id, decision, elapsedUs } = evaluateOne(parsed, context);
    if (parsed.flags.has("json")) {
      print(context.stdout, JSON.stringify(decisionToJson(id, decision, elapsedUs)));
    } else {
      print(context.stdout, verdictLine(decision));
    }
    return exitCodeOf(decision.verdict);
  },
};

export const explainCommand: Command = {
  name: "explain",
  summary: "like check, with the actions, every rule that matched, and what would change the verdict",
  help: `usage: signalbox explain [options] -- COMMAND
       signalbox explain [options] --read PATH

${optionHelp}`,
  async run(args, context) {
    const parsed = parseOptions(args, options);
    if (parsed.flags.has("jsonl")) {
      throw new UsageError("`--jsonl` belongs to `signalbox check`");
    }
    const { id, decision, elapsedUs } = evaluateOne(parsed, context);
    if (parsed.flags.has("json")) {
      printJson(context.stdout, explanationJson(id, decision, elapsedUs));
    } else {
      print(context.stdout, explanation(decision, context.cwd));
    }
    return exitCodeOf(decision.verdict);
  },
};

function exitCodeOf(verdict: Verdict): number {
  return exitCodes[verdict];
}

function explanationJson(id: string, decision: Decision, elapsedUs: number): JsonObject {
  const json = decisionToJson(id, decision, elapsedUs);
  return {
    ...json,
    rules: decision.rules.map(({ pointer, file, line, verdict, because, layer, action }) => ({
      rule: pointer,
      file,
      line,
      verdict,
      because,
      layer,
      action: action ?? null,
    })),
    evidence: decision.actions.map(({ evidence, because }) => ({ ...evidence, because })),
    would_change: [...decision.wouldChange],
  };
}

function evaluatorFor(parsed: ParsedOptions, context: CommandContext): Evaluator {
  const { policy } = parsed.text;
  return createEvaluator({
    home: context.home,
    env: context.env,
    ...(policy === undefined ? {} : { policyFile: resolve(context.cwd, policy) }),
  });
}

function defaultsFor(parsed: ParsedOptions, context: CommandContext): RequestDefaults {
  const shell = parsed.text["shell"] ?? "bash";
  if (!isShellDialect(shell)) {
    throw new UsageError(`unknown shell \`${shell}\`; use ${shellDialects.join(", ")}`);
  }
  const { task } = parsed.text;
  return {
    cwd: resolve(context.cwd, parsed.text["cwd"] ?? "."),
    agent: parsed.text["agent"] ?? "unknown",
    shell,
    ...(task === undefined ? {} : { task }),
  };
}

function evaluateOne(
  parsed: ParsedOptions,
  context: CommandContext,
): { readonly id: string; readonly decision: Decision; readonly elapsedUs: number } {
  noPositionals(parsed);
  const defaults = defaultsFor(parsed, context);
  const request: AgentRequest = {
    context: {
      id: "check",
      agent: defaults.agent,
      conversation: "check",
      workspace: defaults.cwd,
      cwd: defaults.cwd,
      boundary: "check",
    },
    payload: withShellInput(payloadOf(parsed, defaults), adapterOf(defaults.agent)?.capabilities),
  };
  const { decision, elapsedUs } = evaluatorFor(parsed, context).judge(request, defaults.task);
  return { id: "check", decision, elapsedUs };
}

function payloadOf(parsed: ParsedOptions, defaults: RequestDefaults): RequestPayload {
  const { read, write } = parsed.text;
  const given = [read, write, parsed.rest].filter((value) => value !== undefined);
  if (given.length !== 1) {
    throw new UsageError(
      given.length === 0
        ? "give a command after `--`, or `--read PATH`"
        : "give one of a command, `--read` and `--write`",
    );
  }
  if (read !== undefined) {
    return { kind: "file_read", paths: [read], scope: "content" };
  }
  if (write !== undefined) {
    return { kind: "file_write", changes: [{ path: write, change: "write" }] };
  }
  const command = commandLine(parsed.rest ?? []);
  if (command.trim() === "") {
    throw new UsageError("the command after `--` is empty");
  }
  return { kind: "shell", command, shell: defaults.shell };
}

async function checkLines(parsed: ParsedOptions, context: CommandContext): Promise<number> {
  noPositionals(parsed);
  if (parsed.rest !== undefined || parsed.text["read"] !== undefined || parsed.text["write"] !== undefined) {
    throw new UsageError("`--jsonl` reads its requests from standard input");
  }
  const defaults = defaultsFor(parsed, context);
  const evaluator = evaluatorFor(parsed, context);
  // A policy that does not load ends the run before the first line is answered.
  evaluator.prepare(defaults.cwd);
  await judgeLines({
    input: context.stdin,
    output: context.stdout,
    defaults,
    answer: (id, { request, task }) => {
      const { decision, elapsedUs } = evaluator.judge(request, task);
      return decisionToJson(id, decision, elapsedUs);
    },
  });
  return exitCodes.done;
}
