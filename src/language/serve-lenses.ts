import type { CodeLens, Connection, Range } from "vscode-languageserver/node";
import type { Approvals } from "./approval.ts";
import { rulesIn, useText, type WrittenRule } from "./lenses.ts";
import type { OpenPolicies, OpenPolicy } from "./open-policies.ts";
import { workspaceOfPolicy } from "./policy-files.ts";
import type { RecordedUses } from "./recorded-use.ts";
import { spanRange } from "./wire.ts";

/** While a policy waits for a human, it is looked whether one has answered, in ms. */
const approvalPauseMs = 2000;
/** More rules than anybody reads lenses of. */
const mostLenses = 1000;

const top: Range = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };

/** Lines above the rules: what each would have done, and above the policy, that it waits for a human. */
export class Lenses {
  readonly #open: OpenPolicies;
  readonly #uses: RecordedUses;
  readonly #approvals: Approvals;
  /** By file, what was said of a rule's text: it holds while the counts of an edited policy are worked out. */
  readonly #said = new Map<string, ReadonlyMap<string, string>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(open: OpenPolicies, uses: RecordedUses, approvals: Approvals) {
    this.#open = open;
    this.#uses = uses;
    this.#approvals = approvals;
  }

  /** `hasCommands` tells whether the editor has the extension's commands. */
  serve(connection: Connection, refresh: () => void, hasCommands: () => boolean): void {
    connection.onCodeLens(({ textDocument }) => {
      const policy = this.#open.at(textDocument.uri);
      return policy === undefined
        ? null
        : [...this.#approval(policy, refresh, hasCommands()), ...this.#rules(policy)];
    });
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }

  /** What is said of the rule at an offset; empty where there is none. */
  at(policy: OpenPolicy, offset: number): string {
    const rule = rulesIn(policy.text).find(({ start, end }) => start <= offset && offset <= end);
    const use = rule === undefined ? undefined : this.#uses.of(policy);
    return rule === undefined || use === undefined ? "" : useText(rule, use);
  }

  waits(policy: OpenPolicy): boolean {
    return workspaceOfPolicy(policy.file) !== undefined && this.#approvals.waits(policy);
  }

  #approval(policy: OpenPolicy, refresh: () => void, hasCommands: boolean): readonly CodeLens[] {
    clearTimeout(this.#timer);
    if (!this.waits(policy)) {
      return [];
    }
    this.#timer = setTimeout(refresh, approvalPauseMs);
    const title = "not approved: only what it tightens is in force";
    const command = hasCommands
      ? { title: `${title} · Approve…`, command: "signalbox.approvePolicy" }
      : { title, command: "" };
    return [{ range: top, command }];
  }

  #rules(policy: OpenPolicy): readonly CodeLens[] {
    const { file, text, document } = policy;
    const use = this.#uses.of(policy);
    const said = this.#said.get(file) ?? new Map<string, string>();
    const own = (rule: WrittenRule): string => `${rule.verdict} ${text.slice(rule.start, rule.end)}`;
    const titles = rulesIn(text)
      .slice(0, mostLenses)
      .map((rule) => ({ rule, title: use === undefined ? (said.get(own(rule)) ?? "") : useText(rule, use) }));
    if (use !== undefined) {
      this.#said.set(file, new Map(titles.map(({ rule, title }) => [own(rule), title])));
    }
    return titles
      .filter(({ title }) => title !== "")
      .map(({ rule, title }) => ({ range: spanRange(document, rule), command: { title, command: "" } }));
  }
}
