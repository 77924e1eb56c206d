import { looseTree, type LooseEntry, type LooseNode } from "./loose-tree.ts";

/** A part of a policy for an outline. Offsets are UTF-16 code units from 0; the name's place lies inside of the whole. */
export interface PolicySymbol {
  readonly name: string;
  readonly detail: string;
  readonly kind: "section" | "rule" | "name" | "value";
  readonly start: number;
  readonly end: number;
  readonly nameStart: number;
  readonly nameEnd: number;
  readonly children: readonly PolicySymbol[];
}

/** Deeper parts are conditions of rules, which their rule's name says already. */
const mostDepth = 6;
const rules = new Set(["kill", "deny", "control"]);
const namedSections = new Set(["credentials", "environments", "sessions"]);

/** The outline of a policy: sections, rules by what they ask for, and what has a name. Never throws. */
export function symbolsOf(text: string): readonly PolicySymbol[] {
  const root = looseTree(text);
  return root === undefined ? [] : childrenOf(root, "", 0);
}

function childrenOf(node: LooseNode, under: string, depth: number): readonly PolicySymbol[] {
  if (depth >= mostDepth || node.kind === "scalar") {
    return [];
  }
  return node.kind === "map"
    ? node.entries.filter(({ key }) => key.text !== "").map((entry) => ofEntry(entry, under, depth))
    : node.items.filter((item) => item.end > item.start).map((item) => ofItem(item, under, depth));
}

function ofEntry({ key, value }: LooseEntry, under: string, depth: number): PolicySymbol {
  const children = childrenOf(value, key.text, depth + 1);
  return {
    name: key.text,
    detail: value.kind === "list" && children.length > 0 ? String(children.length) : inline(value),
    kind: namedSections.has(under) ? "name" : value.kind === "scalar" ? "value" : "section",
    start: key.start,
    end: Math.max(key.end, value.end),
    nameStart: key.start,
    nameEnd: key.end,
    children,
  };
}

function ofItem(item: LooseNode, under: string, depth: number): PolicySymbol {
  const named = item.kind === "map" ? item.entries.find(({ key }) => key.text === "name") : undefined;
  const name = named === undefined ? summary(item) : inline(named.value);
  return {
    name: name === "" ? "…" : name,
    detail: rules.has(under) ? under : "",
    kind: rules.has(under) ? "rule" : namedSections.has(under) ? "name" : "value",
    start: item.start,
    end: item.end,
    nameStart: item.start,
    nameEnd: item.end,
    children: rules.has(under) ? [] : childrenOf(item, "", depth + 1),
  };
}

/** `action_type: opaque, reach: remote` */
function summary(node: LooseNode): string {
  const text =
    node.kind === "map"
      ? node.entries.map(({ key, value }) => `${key.text}: ${inline(value)}`.trimEnd()).join(", ")
      : inline(node);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}

function inline(node: LooseNode): string {
  switch (node.kind) {
    case "scalar":
      return node.text.replaceAll(/\s+/g, " ").slice(0, 80);
    case "list":
      return node.items.length === 0 ? "" : `[${node.items.map(inline).join(", ").slice(0, 60)}]`;
    case "map":
      return node.entries.length === 0
        ? ""
        : `{${node.entries
            .map(({ key }) => key.text)
            .join(", ")
            .slice(0, 60)}}`;
  }
}
