import { isRecord, unresolved, type ArgumentValue } from "../../catalogue/arguments.ts";
import type { Provider } from "../../catalogue/catalogue.ts";
import { isWhole } from "../../catalogue/hole.ts";
import type { Scope } from "../scope.ts";
import type { Invocation, Stdin } from "../shell/invocation.ts";
import { knownWord } from "../shell/word.ts";
import { parseWithHoles } from "./graphql-body.ts";
import { emitReading } from "./emit-reading.ts";
import { readGraphql, unreadable } from "./graphql.ts";
import type { CallContext } from "./provider-action.ts";

/** Judges the command that stands behind a provider's own words: `railway run -- npm test`. */
export function carryCommand(invocation: Invocation, rest: number | undefined, scope: Scope): void {
  const words = rest === undefined ? [] : invocation.words.slice(rest + 1);
  const [first] = words;
  if (first === undefined) {
    carryShellInput(invocation, scope);
    return;
  }
  if (words.length === 1 && first.known && /[\s;&|<>$`(]/.test(first.text)) {
    scope.shell(first.text, `\`${invocation.program}\``, scope.evidence(invocation));
    return;
  }
  scope.command(words, invocation.stdin);
}

/** The same where the command runs on a machine of the provider's: it is judged as `ssh` to that host would be. */
export function carryRemoteCommand(
  invocation: Invocation,
  rest: number | undefined,
  host: string,
  scope: Scope,
): void {
  const words = rest === undefined ? [] : invocation.words.slice(rest + 1);
  if (words.length > 0 || invocation.stdin.kind !== "inherited") {
    const { start, end } = invocation;
    scope.command([knownWord("ssh", start, end), knownWord(host, start, end), ...words], invocation.stdin);
  }
}

/** Judges what is fed to a command that opens a shell. Nothing is fed by a terminal: the boundary sees that itself. */
export function carryShellInput(invocation: Invocation, scope: Scope): void {
  const evidence = scope.evidence(invocation);
  const text = readStdin(invocation.stdin, scope);
  if (text.kind === "text") {
    scope.shell(text.text, `the input of \`${invocation.program}\``, evidence);
  } else if (text.kind === "unknown") {
    scope.opaque(`${text.because} is fed to a shell that \`${invocation.program}\` opens`, evidence);
  }
}

export type ReadText =
  | { readonly kind: "text"; readonly text: string; readonly via?: string }
  | { readonly kind: "none" }
  /** `hints` is text that is likely in it: names in it are taken at their word. */
  | { readonly kind: "unknown"; readonly because: string; readonly hints?: string };

/** What a command reads on its standard input, as text. */
export function readStdin(stdin: Stdin, scope: Scope): ReadText {
  return stdin.kind === "file" ? readPath(scope.resolvePath(stdin.path), scope) : readFlow(stdin, scope);
}

/** The content of a file that decides what happens. Its digest is bound to the decision. */
export function readPath(path: string | undefined, scope: Scope): ReadText {
  if (path === undefined) {
    return { kind: "unknown", because: "a file whose name is not known" };
  }
  const written = scope.writtenFile(path);
  if (written !== undefined) {
    return readWritten(written, scope);
  }
  const found = scope.readInput(path);
  switch (found.kind) {
    case "text":
      return { kind: "text", text: found.text, via: path };
    case "missing":
      return { kind: "unknown", because: `\`${path}\`, which is not there yet` };
    case "unreadable":
      return { kind: "unknown", because: `\`${path}\`, which cannot be read` };
  }
}

/** What an earlier command of the same line wrote: that counts, not what lies on the disk now. */
function readWritten(flow: Stdin, scope: Scope): ReadText {
  switch (flow.kind) {
    case "inherited":
      return { kind: "unknown", because: "what was typed" };
    case "file": {
      const path = scope.resolvePath(flow.path);
      const found = path === undefined ? undefined : scope.readInput(path);
      return found?.kind === "text"
        ? { kind: "text", text: found.text }
        : { kind: "unknown", because: "a file that was written in the same line" };
    }
    default:
      return readFlow(flow, scope);
  }
}

/** Text that is known, or the file that comes through unchanged; words of the files that go into it otherwise. */
function readFlow(flow: Exclude<Stdin, { kind: "file" }>, scope: Scope): ReadText {
  switch (flow.kind) {
    case "inherited":
      return { kind: "none" };
    case "text":
      return { kind: "text", text: flow.text };
    case "unknown": {
      const { files = [], because } = flow;
      const [only] = files;
      const found = only === undefined ? undefined : scope.readInput(only);
      return found?.kind === "text" && files.length === 1 && because.startsWith("content of `")
        ? { kind: "text", text: found.text }
        : { kind: "unknown", because, ...hintsOf(files, scope) };
    }
  }
}

function hintsOf(paths: readonly string[], scope: Scope): { readonly hints?: string } {
  const texts = paths.slice(0, 4).flatMap((path) => {
    const found = scope.readInput(path);
    return found.kind === "text" ? [found.text] : [];
  });
  return texts.length === 0 ? {} : { hints: texts.join("\n") };
}

/** A GraphQL document as a tool takes it: in a word, in a file, or on its standard input. Texts have holes. */
export interface CarriedGraphql {
  readonly inline: string | undefined;
  readonly file: string | undefined;
  readonly variables: {
    readonly json: string | undefined;
    readonly pairs: Readonly<Record<string, ArgumentValue>>;
  };
  readonly operationName: string | undefined;
  readonly stdin: Stdin;
}

export function carryGraphql(
  carried: CarriedGraphql,
  target: { readonly provider: Provider; readonly context: CallContext; readonly scope: Scope },
): void {
  const { provider, context, scope } = target;
  const document = documentText(carried, scope);
  const reading =
    document.kind === "text"
      ? readGraphql({
          document: document.text,
          variables: variablesValue(carried, scope),
          ...(carried.operationName !== undefined && isWhole(carried.operationName)
            ? { operationName: carried.operationName }
            : {}),
        })
      : undefined;
  if (reading !== undefined) {
    emitReading(provider, reading, scope, context);
  } else if (document.kind === "unknown") {
    emitReading(provider, unreadable(document.because, document.hints ?? ""), scope, context);
  }
}

function documentText(carried: CarriedGraphql, scope: Scope): ReadText {
  if (carried.inline !== undefined) {
    return { kind: "text", text: carried.inline };
  }
  if (carried.file !== undefined && carried.file !== "-") {
    return readPath(resolveText(carried.file, scope), scope);
  }
  return readStdin(carried.stdin, scope);
}

function variablesValue(carried: CarriedGraphql, scope: Scope): ArgumentValue {
  const base = jsonVariables(carried, scope);
  return base === unresolved ? unresolved : { ...(isRecord(base) ? base : {}), ...carried.variables.pairs };
}

function jsonVariables(carried: CarriedGraphql, scope: Scope): ArgumentValue {
  const { json } = carried.variables;
  if (json === undefined) {
    return {};
  }
  if (!json.startsWith("@")) {
    return parseWithHoles(json) ?? unresolved;
  }
  const read =
    json === "@-" ? readStdin(carried.stdin, scope) : readPath(resolveText(json.slice(1), scope), scope);
  return read.kind === "text" ? (parseWithHoles(read.text) ?? unresolved) : unresolved;
}

/** The absolute path of a file name that is part of a word. */
export function resolveText(path: string, scope: Scope): string | undefined {
  return isWhole(path) ? scope.resolvePath(knownWord(path, 0, 0)) : undefined;
}
