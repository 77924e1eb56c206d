import { verbOf } from "../../catalogue/names.ts";
import type { McpCallPayload } from "../../model/request.ts";
import { reportDeletion, reportPathRead, reportPathWrite } from "../file-actions.ts";
import { joinPath } from "../paths.ts";
import type { Scope } from "../scope.ts";
import { knownWord } from "../shell/word.ts";
import { isWatchedText, reportText } from "../watched-texts.ts";
import { fieldsOf, textsIn } from "./mcp-arguments.ts";

const pathNames =
  /^(?:(?:file|absolute|relative|target|source|destination|src|dest|input|output|old|new|from|to)?_?(?:path|file|filename|filepath)s?|source|destination|src|dest|dir|directory|folder|root|repo_?path|uri|url)$/i;

/** Servers whose paths are this machine's, however they are written. */
const fileServers =
  /(?:^|[^a-z])(?:file-?system|files?|fs|desktop[-_ ]?commander|serena|text-?editor|editor|local|workspace|ide)(?:$|[^a-z])/i;

const whole = { start: 0, end: 0 };

/**
 * Judges the files of this machine that a tool names, like the agent's own file tools: what another server reads enters
 * the context all the same. A path counts where it can only be a file here: absolute, below home, a `file:` address, or
 * of a server for files. `tool` is in snake case.
 */
export function judgeMcpFiles(payload: McpCallPayload, tool: string, scope: Scope): void {
  const local = fileServers.test(payload.server);
  const fields = fieldsOf(payload.input);
  const named = fields.flatMap(([name, value]) =>
    pathNames.test(name) ? textsIn(value).map((text) => ({ name, path: pathOf(text, local, scope) })) : [],
  );
  const how = `the tool \`${payload.tool}\` of \`${payload.server}\``;
  const content = fields.find(([name]) => /^(?:content|contents|text|data|body|file_text)$/i.test(name))?.[1];
  for (const { name, path } of named) {
    if (path !== undefined) {
      judgePath({ path, tool, how, taken: /source|src|from|old/i.test(name) }, content, scope);
    }
  }
}

interface NamedPath {
  readonly path: string;
  readonly tool: string;
  readonly how: string;
  /** True for the one of two paths that something is taken from. */
  readonly taken: boolean;
}

function judgePath({ path, tool, how, taken }: NamedPath, content: unknown, scope: Scope): void {
  const moves = /(?:^|_)(?:move|rename)(?:_|$)/.test(tool);
  const verb = verbOf(tool);
  if (verb === "delete" || (moves && taken)) {
    reportDeletion(scope, knownWord(path, 0, 0), whole, { recursive: true, how });
  } else if (verb === "change" && !taken && !/(?:^|_)(?:exec|execute|run|start)(?:_|$)/.test(tool)) {
    if (isWatchedText(path)) {
      reportText(
        scope,
        path,
        typeof content === "string" ? { kind: "text", text: content } : undefined,
        whole,
      );
    }
    reportPathWrite(scope, path, whole, how);
  } else {
    reportPathRead(scope, path, whole, `${how} reads it`);
  }
}

function pathOf(text: string, local: boolean, scope: Scope): string | undefined {
  if (/^[a-z][a-z+.-]+:\/\//i.test(text) && !/^file:/i.test(text)) {
    return undefined;
  }
  const plain = text.replace(/^file:\/\/(?:localhost)?(?=\/)/i, "");
  if (plain === "~" || plain.startsWith("~/")) {
    return joinPath(scope.lookups.home, plain.slice(1).replace(/^\//, ""));
  }
  return plain.startsWith("/") || local ? joinPath(scope.cwd ?? scope.workspace, plain) : undefined;
}
