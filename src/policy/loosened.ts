import type { TextRange } from "../base/diagnostic.ts";
import { providerOf } from "./clauses.ts";
import { namedNodes } from "./lint-scope.ts";
import { entryOf, textOf, textsOf, valueOf, type MapEntry, type MapNode, type PolicyNode } from "./node.ts";
import { isGlob } from "./pattern.ts";
import type { Reporter } from "./reporter.ts";

/** Tells, key by key, where a policy allows what the one that it builds on does not. */
export function tellLoosened(base: MapNode, root: MapNode, reporter: Reporter): void {
  const tell = (what: string, range: TextRange): void => {
    const help = "nothing, where it is meant: whoever approves the policy sees both";
    reporter.report(
      { code: "policy/extends-loosens", message: `${what} of the policy that this one builds on`, help },
      range,
    );
  };
  enforcement(base, root, tell);
  undecidedExecution(base, root, tell);
  scope(valueOf(base, "session_scope"), valueOf(root, "session_scope"), tell);
  const below = new Map(namedNodes(valueOf(base, "sessions")).map((task) => [task.name, task.node]));
  for (const { name, node } of namedNodes(valueOf(root, "sessions"))) {
    const task = below.get(name);
    if (task !== undefined) {
      scope(valueOf(task, "session_scope"), valueOf(node, "session_scope"), tell);
    }
  }
  const credentials = new Map(namedNodes(valueOf(base, "credentials")).map((one) => [one.name, one.node]));
  for (const { name, node } of namedNodes(valueOf(root, "credentials"))) {
    const known = credentials.get(name);
    for (const key of ["grants", "hosts", "environments"]) {
      addition(
        valueOf(known, key),
        entryOf(node, key),
        `adds to \`${key}\` of the credential \`${name}\``,
        tell,
      );
    }
  }
}

type Tell = (what: string, range: TextRange) => void;

function undecidedExecution(base: MapNode, root: MapNode, tell: Tell): void {
  const entry = entryOf(root, "undecided_execution");
  if (
    entry !== undefined &&
    textOf(entry.value) !== "kill" &&
    textOf(valueOf(base, "undecided_execution")) === "kill"
  ) {
    tell("no longer kills a session in which something ran without a decision", entry.keyRange);
  }
}

function enforcement(base: MapNode, root: MapNode, tell: Tell): void {
  const entry = entryOf(root, "enforcement");
  if (
    textOf(entry?.value) === "observe" &&
    textOf(valueOf(base, "enforcement")) !== "observe" &&
    entry !== undefined
  ) {
    tell("only observes the rules", entry.keyRange);
  }
}

function scope(base: PolicyNode | undefined, over: PolicyNode | undefined, tell: Tell): void {
  signal(valueOf(base, "signal"), valueOf(over, "signal"), tell);
  domain(valueOf(base, "domain"), valueOf(over, "domain"), tell);
}

function signal(base: PolicyNode | undefined, over: PolicyNode | undefined, tell: Tell): void {
  const closed = textOf(valueOf(base, "default")) === "closed";
  const opening = entryOf(over, "default");
  if (closed && textOf(opening?.value) === "open" && opening !== undefined) {
    tell("opens the Signal", opening.keyRange);
  }
  const unhides = newItems(valueOf(base, "allowed_files"), valueOf(over, "allowed_files")).some(
    (item) => closed || !isGlob(textOf(item) ?? ""),
  );
  const allowed = entryOf(over, "allowed_files");
  if (unhides && allowed !== undefined && (closed || valueOf(base, "hidden_files") !== undefined)) {
    tell("allows more files than the scope", allowed.keyRange);
  }
  const hidden = valueOf(base, "hidden_files");
  const visible = entryOf(over, "visible_files");
  if (hidden !== undefined && visible !== undefined) {
    tell("excepts files from `hidden_files`", visible.keyRange);
  }
  addition(
    valueOf(base, "writable_files"),
    entryOf(over, "writable_files"),
    "adds to `writable_files`",
    tell,
  );
  const credentials = entryOf(over, "allowed_credentials");
  if (closed) {
    addition(
      valueOf(base, "allowed_credentials") ?? valueOf(base, "default"),
      credentials,
      "adds to `allowed_credentials`",
      tell,
    );
  }
}

const openness: Readonly<Record<string, number>> = { deny: 0, ask: 1, allow: 2 };

function domain(base: PolicyNode | undefined, over: PolicyNode | undefined, tell: Tell): void {
  const before = openness[textOf(valueOf(base, "default")) ?? ""];
  const entry = entryOf(over, "default");
  const after = openness[textOf(entry?.value) ?? ""];
  if (before !== undefined && after !== undefined && entry !== undefined && after > before) {
    tell("opens the Domain", entry.keyRange);
  }
  const allowed = entryOf(over, "allowed_apis");
  const closed = new Set(itemsOf(valueOf(base, "allowed_apis")).map((item) => providerOf(apiOf(item))));
  const more = newItems(valueOf(base, "allowed_apis"), allowed?.value).some(
    (item) => before !== undefined || closed.has(providerOf(apiOf(item))),
  );
  if (more && allowed !== undefined) {
    tell("allows more operations than the scope", allowed.keyRange);
  }
}

function addition(base: PolicyNode | undefined, over: MapEntry | undefined, what: string, tell: Tell): void {
  if (base !== undefined && over !== undefined && newItems(base, over.value).length > 0) {
    tell(what, over.keyRange);
  }
}

/** Items of a list that the one below does not have. */
function newItems(base: PolicyNode | undefined, over: PolicyNode | undefined): readonly PolicyNode[] {
  const known = new Set(itemsOf(base).map(keyOf));
  return itemsOf(over).filter((item) => !known.has(keyOf(item)));
}

function keyOf(item: PolicyNode): string {
  return `${apiOf(item)} ${textOf(valueOf(item, "environment")) ?? ""} ${textOf(valueOf(item, "resource")) ?? ""}`;
}

function apiOf(item: PolicyNode): string {
  return textOf(item) ?? textOf(valueOf(item, "api")) ?? "";
}

function itemsOf(node: PolicyNode | undefined): readonly PolicyNode[] {
  return node?.kind === "list" ? node.items : textsOf(node);
}
