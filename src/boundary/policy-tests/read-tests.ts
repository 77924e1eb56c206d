import type { Diagnostic } from "../../base/diagnostic.ts";
import type { JsonObject } from "../../base/json.ts";
import { makeVisibleLine } from "../../base/visible-text.ts";
import { verdicts, type Verdict } from "../../model/verdict.ts";
import type { MapEntry, PolicyNode } from "../../policy/node.ts";
import { normalisePath } from "../../policy/path-pattern.ts";
import { parsePolicy } from "../../policy/parse.ts";
import { requestFromJson } from "../check/request-json.ts";
import { jsonOf, NodeReader, type Members } from "./node-reader.ts";
import {
  testHome,
  testWorkspace,
  type Expectation,
  type PolicyTestCase,
  type PolicyTestFile,
  type ReadTestFile,
  type TestedPolicy,
} from "./test-case.ts";
import { testKeys } from "./test-schema.ts";

/**
 * Reads a `*.test.yaml` or `.json`. Never throws: what is wrong with it is a diagnostic with its place. A file without a
 * case is wrong, since it is a test that cannot fail.
 */
export function readTests(file: string, text: string): ReadTestFile {
  const parsed = parsePolicy(file, text);
  if (parsed.root === undefined) {
    return { diagnostics: parsed.diagnostics.map(asTestDiagnostic) };
  }
  const reader = new TestReader(file, text);
  const tests = reader.read(parsed.root);
  return reader.diagnostics.length > 0
    ? { diagnostics: reader.diagnostics }
    : { tests, diagnostics: reader.diagnostics };
}

/** Policies and their tests share one parser; the remedies of an empty file differ. */
function asTestDiagnostic(diagnostic: Diagnostic): Diagnostic {
  const code = diagnostic.code.replace(/^policy\//, "policy-test/");
  return code === "policy-test/empty" || code === "policy-test/not-a-map"
    ? {
        ...diagnostic,
        code,
        message:
          code === "policy-test/empty"
            ? "the file is empty: a test that cannot fail"
            : "a test file is a map of keys, but this file holds something else",
        help: "start with `cases:` at the left margin, and write a request with what it expects",
      }
    : { ...diagnostic, code };
}

/** What a case may rely on: its own, or the file's. */
interface Given {
  readonly agent?: string;
  readonly task?: NonNullable<PolicyTestCase["task"]>;
  readonly files: ReadonlyMap<string, string>;
  readonly environment: ReadonlyMap<string, string>;
}

/** What a case without a name is about, for whoever reads a report. */
function asked(members: Members): string {
  const form = testKeys.form.flatMap((key) => members.get(key) ?? [])[0];
  if (form === undefined) {
    return "";
  }
  const value = jsonOf(form.value);
  const line = makeVisibleLine(typeof value === "string" ? value : JSON.stringify(value));
  return `: ${line.length > 70 ? `${line.slice(0, 70)}…` : line}`;
}

class TestReader extends NodeReader {
  readonly #file: string;
  readonly #text: string;
  readonly #names = new Set<string>();

  constructor(file: string, text: string) {
    super(file);
    this.#file = file;
    this.#text = text;
  }

  read(root: PolicyNode): PolicyTestFile {
    const top = this.members(root, testKeys.top, "at the top of a test file");
    const policy = this.#policy(top?.get("policy"));
    const given = top === undefined ? nothingGiven : this.#given(top, nothingGiven);
    const list = top?.get("cases");
    const items = list === undefined ? [] : (this.list(list.value)?.items ?? []);
    if (items.length === 0 && this.diagnostics.length === 0) {
      const message = "there are no cases: a test that cannot fail";
      this.report("empty", list?.keyRange ?? root.range, message, "add a request and what it expects");
    }
    return {
      file: this.#file,
      ...(policy === undefined ? {} : { policy }),
      cases: items.flatMap((item, index) => this.#case(item, index, given) ?? []),
    };
  }

  /** A path beside the test file, or the policy itself, whose places are kept by leaving everything before it blank. */
  #policy(entry: MapEntry | undefined): TestedPolicy | undefined {
    if (entry === undefined) {
      return undefined;
    }
    const { value } = entry;
    if (value.kind === "map") {
      const { line, column, start, end } = value.range;
      const before = "\n".repeat(line - 1) + " ".repeat(column - 1);
      return { kind: "inline", text: before + this.#text.slice(start, end) };
    }
    const path = this.text(value);
    return path === undefined ? undefined : { kind: "file", path, range: value.range };
  }

  #case(node: PolicyNode, index: number, all: Given): PolicyTestCase | undefined {
    const members = this.members(node, testKeys.case, "in a case");
    if (members === undefined) {
      return undefined;
    }
    const name = members.get("name");
    const title = name === undefined ? `case ${index + 1}${asked(members)}` : this.text(name.value);
    const range = name?.value.range ?? node.range;
    if (title !== undefined && this.#names.has(title)) {
      this.report("duplicate-name", range, `a case is called \`${title}\` already`, "give it another name");
    }
    this.#names.add(title ?? "");
    const { agent, ...given } = this.#given(members, all);
    const request = this.#request(members, agent);
    const expect = this.#expectation(members);
    const because = members.get("because");
    const why = because === undefined ? undefined : this.text(because.value);
    return title === undefined || request === undefined || expect === undefined
      ? undefined
      : { name: title, range, request, ...given, expect, ...(why === undefined ? {} : { because: why }) };
  }

  #given(members: Members, all: Given): Given {
    const named = (key: string): string | undefined => {
      const entry = members.get(key);
      return entry === undefined ? undefined : this.text(entry.value);
    };
    const agent = named("agent") ?? all.agent;
    const taskName = named("task");
    const taskRange = members.get("task")?.value.range;
    const task =
      taskName === undefined || taskRange === undefined ? all.task : { name: taskName, range: taskRange };
    const files = members.get("files");
    const environment = members.get("environment");
    return {
      ...(agent === undefined ? {} : { agent }),
      ...(task === undefined ? {} : { task }),
      files: files === undefined ? all.files : new Map([...all.files, ...this.#files(files.value)]),
      environment:
        environment === undefined
          ? all.environment
          : new Map([...all.environment, ...this.texts(environment.value, "a map of variables")]),
    };
  }

  #files(node: PolicyNode): readonly (readonly [string, string])[] {
    const texts = this.texts(node, "a map of paths with their contents");
    return [...texts].map(([path, content]) => [absolutePath(path), content] as const);
  }

  #request(members: Members, agent: string | undefined): PolicyTestCase["request"] | undefined {
    const forms = testKeys.form.flatMap((key) => members.get(key) ?? []);
    const [form, second] = forms;
    if (form === undefined || second !== undefined) {
      const message =
        form === undefined
          ? "this case has no request"
          : `this case has \`${form.key}\` and \`${second?.key ?? ""}\``;
      return this.report(
        "no-request",
        second?.keyRange ?? members.node.range,
        message,
        `write one of ${testKeys.form.join(", ")}`,
      );
    }
    const json = this.#requestJson(form);
    if (json === undefined) {
      return undefined;
    }
    const cwd = typeof json["cwd"] === "string" ? absolutePath(json["cwd"]) : testWorkspace;
    const defaults = { cwd, agent: agent ?? "unknown", shell: "bash" } as const;
    const parsed = requestFromJson({ ...json, cwd }, defaults, "test");
    if (!parsed.ok) {
      return this.report(
        "bad-request",
        form.value.range,
        `this request cannot be read: ${parsed.error}`,
        "write it as `signalbox check --help` shows",
      );
    }
    const { context, payload } = parsed.value.request;
    return { context: { ...context, workspace: testWorkspace }, payload };
  }

  #requestJson({ key, value }: MapEntry): JsonObject | undefined {
    switch (key) {
      case "run":
        return withText(this.text(value), (command) => ({ kind: "shell", command }));
      case "read":
        return withText(this.text(value), (path) => ({ kind: "file_read", path }));
      case "write":
        return value.kind === "map"
          ? this.#members(value, testKeys.write, "in a write", { kind: "file_write" })
          : withText(this.text(value), (path) => ({ kind: "file_write", path }));
      case "call":
        return this.#members(value, testKeys.call, "in a call", { kind: "mcp_call" });
      default:
        return this.#members(value, testKeys.request, "in a request", {});
    }
  }

  #members(
    node: PolicyNode,
    keys: readonly string[],
    what: string,
    kind: JsonObject,
  ): JsonObject | undefined {
    const members = this.members(node, keys, what);
    return members === undefined
      ? undefined
      : {
          ...kind,
          ...Object.fromEntries(members.node.entries.map((entry) => [entry.key, jsonOf(entry.value)])),
        };
  }

  #expectation(members: Members): Expectation | undefined {
    const entry = members.get("expect");
    if (entry === undefined) {
      const help = `add \`expect: ${verdicts.join("` or `expect: ")}\``;
      return this.report(
        "no-expectation",
        members.node.range,
        "this case expects nothing, so it cannot fail",
        help,
      );
    }
    if (entry.value.kind !== "map") {
      const verdict = this.word<Verdict>(entry.value, verdicts);
      return verdict === undefined ? undefined : { verdict };
    }
    const expect = this.members(entry.value, testKeys.expectation, "in an expectation");
    const verdictEntry = expect?.get("verdict");
    if (expect === undefined || verdictEntry === undefined) {
      return this.report(
        "no-expectation",
        entry.keyRange,
        "`verdict` is missing here",
        `add \`verdict: ${verdicts.join("`, `")}\``,
      );
    }
    const verdict = this.word<Verdict>(verdictEntry.value, verdicts);
    const rule = this.#rule(expect.get("rule"));
    const actions = expect.get("actions");
    const reason = expect.get("reason");
    const part = reason === undefined ? undefined : this.text(reason.value);
    return verdict === undefined
      ? undefined
      : {
          verdict,
          ...(rule === undefined ? {} : { rule }),
          ...(actions === undefined ? {} : { actions: this.#actions(actions.value) }),
          ...(part === undefined ? {} : { reason: part }),
        };
  }

  #rule(entry: MapEntry | undefined): string | undefined {
    const rule = entry === undefined ? undefined : this.text(entry.value);
    if (entry === undefined || rule === undefined || /^(?:baseline:)?\/|:\d+$/.test(rule)) {
      return rule;
    }
    const help =
      "write a pointer such as `/policies/kill/0`, `baseline:/policies/kill/0`, or `policy.yaml:12`";
    return this.report("wrong-value", entry.value.range, `\`${rule}\` names no rule`, help);
  }

  #actions(node: PolicyNode): readonly string[] {
    const items = this.list(node)?.items ?? [];
    return items.flatMap((item) => {
      const action = this.text(item);
      if (action === undefined || /^[^:\s]+:\S+$/.test(action)) {
        return action ?? [];
      }
      this.report("wrong-value", item.range, `\`${action}\` is no operation`, "write `provider:operation`");
      return [];
    });
  }
}

const nothingGiven: Given = { files: new Map(), environment: new Map() };

function withText(text: string | undefined, make: (text: string) => JsonObject): JsonObject | undefined {
  return text === undefined ? undefined : make(text);
}

/** Relative paths start at the workspace, `~` at the home of the test. */
function absolutePath(path: string): string {
  const start = path === "~" || path.startsWith("~/") ? `${testHome}${path.slice(1)}` : path;
  return normalisePath(
    start.startsWith("/") || /^[A-Za-z]:[\\/]/.test(start) ? start : `${testWorkspace}/${start}`,
  );
}
