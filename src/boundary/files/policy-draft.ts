import { makeVisibleLine, shorten } from "../../base/visible-text.ts";
import { valueOf, type PolicyNode } from "../../policy/node.ts";
import { parsePolicy } from "../../policy/parse.ts";
import { fillsOf, type Fill } from "./policy-fills.ts";
import { platforms, type Platform, type WorkspaceFacts } from "./workspace-facts.ts";

/** A template with what was detected filled in: what `init` and the editor show before anything is written. */
export interface PolicyDraft {
  readonly template: string;
  /** YAML, with a `# detected:` comment above each line that was filled in. */
  readonly text: string;
  readonly filled: readonly FilledValue[];
  /** What a human has to look at, one sentence each. */
  readonly notes: readonly string[];
}

export interface FilledValue {
  /** JSON pointer into the policy. */
  readonly pointer: string;
  /** As written in YAML. */
  readonly value: string;
  readonly from: string;
}

export interface ChosenTemplate {
  readonly name: string;
  /** What speaks for it; empty where nothing says where the workspace is deployed. */
  readonly because: readonly string[];
  /** Platforms that were found as well, each with its template. */
  readonly others: readonly string[];
}

const templateOf: Readonly<Record<Platform, string>> = {
  railway: "railway/combined",
  kubernetes: "kubernetes/combined",
  aws: "aws/combined",
  other: "general/production",
};

/** Evidence that is weaker than this is a person's setup, or a container: no reason for a platform's policy by itself. */
const enough = 2;

/** The template for what most speaks for. Never fails: a workspace that says nothing gets the general one. */
export function chosenTemplate({ evidence }: WorkspaceFacts): ChosenTemplate {
  const ranked = platforms
    .map((platform) => {
      const found = evidence.get(platform) ?? [];
      return { platform, found, weight: found.reduce((sum, { weight }) => sum + weight, 0) };
    })
    .filter(({ weight, platform }) => weight >= enough || (platform === "other" && weight > 0))
    .toSorted(
      (a, b) => Number(a.platform === "other") - Number(b.platform === "other") || b.weight - a.weight,
    );
  const [first, ...rest] = ranked;
  return {
    name: templateOf[first?.platform ?? "other"],
    because: first === undefined ? [] : first.found.map(({ what }) => makeVisibleLine(what)),
    others: rest.flatMap(({ platform }) => (platform === "other" ? [] : [templateOf[platform]])),
  };
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Fills a template in. What cannot be detected stays as it is, and a comment says so. */
export function policyDraft(
  template: { readonly name: string; readonly text: string },
  facts: WorkspaceFacts,
): PolicyDraft {
  const { root } = parsePolicy(template.name, template.text);
  if (root === undefined) {
    return { template: template.name, text: template.text, filled: [], notes: [] };
  }
  const filled: FilledValue[] = [];
  const notes: string[] = [];
  const edits: Edit[] = [];
  const comments = new Map<number, string[]>();
  const remark = (node: PolicyNode, comment: string): void => {
    const line = template.text.lastIndexOf("\n", node.range.start - 1) + 1;
    const known = comments.get(line) ?? [];
    comments.set(line, known.includes(comment) ? known : [...known, comment]);
  };
  for (const fill of fillsOf(root, facts)) {
    const node = nodeAt(root, fill.path);
    if (node === undefined || !isInline(template.text, node)) {
      continue;
    }
    if (fill.value !== undefined) {
      edits.push({ start: node.range.start, end: node.range.end, text: fill.value });
      filled.push({ pointer: pointerOf(fill), value: fill.value, from: fill.from });
    }
    remark(node, `# ${fill.value === undefined ? "not detected" : "detected"}: ${oneLine(fill.from)}`);
    if (fill.value === undefined) {
      notes.push(`${pointerOf(fill)}: ${fill.from}`);
    }
  }
  for (const [line, texts] of comments) {
    const indent = /^ */.exec(template.text.slice(line, line + 40))?.[0] ?? "";
    edits.push({ start: line, end: line, text: texts.map((text) => `${indent}${text}\n`).join("") });
  }
  return { template: template.name, text: applied(template.text, edits), filled, notes };
}

function nodeAt(root: PolicyNode, path: readonly string[]): PolicyNode | undefined {
  return path.reduce<PolicyNode | undefined>((node, key) => valueOf(node, key), root);
}

/** A value in flow style: what is put in its place cannot change the layout of others. */
function isInline(text: string, node: PolicyNode): boolean {
  return node.kind === "scalar" || /[[{]/.test(text[node.range.start] ?? "");
}

function pointerOf({ path }: Fill): string {
  return path.map((step) => `/${step}`).join("");
}

function oneLine(text: string): string {
  return shorten(makeVisibleLine(text), 160);
}

function applied(text: string, edits: readonly Edit[]): string {
  // From the end, so that places stay true; at one place the comment comes after the value, which lies behind it.
  return edits
    .toSorted((a, b) => b.start - a.start || b.end - a.end)
    .reduce((result, { start, end, text: by }) => result.slice(0, start) + by + result.slice(end), text);
}
