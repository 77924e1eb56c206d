import assert from "node:assert/strict";
import { test } from "node:test";
import { policyNames, workspaceOfPolicy } from "../../src/language/policy-files.ts";
import { routeOf, type Proposal } from "../../src/editor/routing.ts";
import { isNewer } from "../../src/editor/version.ts";
import { question } from "./samples.ts";

const cases: readonly {
  readonly name: string;
  readonly asked: Parameters<typeof question>[0];
  readonly folders: readonly string[];
  readonly proposals?: readonly Proposal[];
  readonly focused?: boolean;
  readonly elsewhere?: boolean;
  readonly route: string;
}[] = [
  { name: "the workspace is open", asked: {}, folders: ["/home/u/shop"], route: "dialog" },
  { name: "a folder inside it is open", asked: {}, folders: ["/home/u/shop/api"], route: "dialog" },
  { name: "a folder around it is open", asked: {}, folders: ["/home/u"], route: "dialog" },
  { name: "a neighbour with the same beginning", asked: {}, folders: ["/home/u/shop2"], route: "notice" },
  { name: "no folder", asked: {}, folders: [], route: "notice" },
  {
    name: "proposed here",
    asked: { kind: "reopen" },
    folders: [],
    proposals: [{ kind: "reopen", session: "s_abcd2345" }],
    route: "dialog",
  },
  {
    name: "of no workspace, people look here",
    asked: { kind: "enroll", workspace: "" },
    folders: [],
    focused: true,
    route: "dialog",
  },
  {
    name: "of no workspace, people look elsewhere",
    asked: { kind: "enroll", workspace: "-" },
    folders: ["/home/u/shop"],
    route: "notice",
  },
  {
    name: "another workspace that is open elsewhere, people look here",
    asked: {},
    folders: ["/home/u/other"],
    focused: true,
    elsewhere: true,
    route: "notice",
  },
  {
    name: "another workspace that is open nowhere, people look here",
    asked: {},
    folders: ["/home/u/other"],
    focused: true,
    route: "dialog",
  },
  {
    name: "another workspace that is open nowhere, people look elsewhere",
    asked: {},
    folders: ["/home/u/other"],
    route: "notice",
  },
  {
    name: "the workspace is open here and elsewhere",
    asked: {},
    folders: ["/home/u/shop"],
    elsewhere: true,
    route: "dialog",
  },
  {
    name: "a task was picked here",
    asked: { kind: "bind_task", task: "front" },
    folders: [],
    proposals: [{ kind: "bind_task", session: "s_abcd2345", task: "front" }],
    route: "dialog",
  },
  {
    name: "another task was picked here",
    asked: { kind: "bind_task", task: "back" },
    folders: [],
    proposals: [{ kind: "bind_task", session: "s_abcd2345", task: "front" }],
    route: "notice",
  },
  {
    name: "another session was proposed here",
    asked: { kind: "reopen" },
    folders: [],
    proposals: [{ kind: "reopen", session: "s_other" }],
    route: "notice",
  },
  {
    name: "a request is no proposal",
    asked: {},
    folders: [],
    proposals: [{ kind: "policy_approval", workspace: "/home/u/shop" }],
    route: "notice",
  },
];

for (const { name, asked, folders, proposals = [], focused = false, elsewhere = false, route } of cases) {
  test(`routing: ${name}`, () => {
    assert.equal(routeOf(question(asked), { folders, focused, elsewhere, proposals }), route);
  });
}

test("policy files: which they are, and whose", () => {
  for (const name of policyNames) {
    assert.equal(workspaceOfPolicy(`/home/u/shop/.governance/${name}`), "/home/u/shop");
  }
  assert.equal(workspaceOfPolicy("C:\\shop\\.governance\\policy.yaml"), "C:\\shop");
  assert.equal(workspaceOfPolicy("/.governance/policy.yaml"), "/");
  assert.equal(workspaceOfPolicy("/home/u/policy.yaml"), undefined);
  assert.equal(workspaceOfPolicy("/home/u/.governance/other.yaml"), undefined);
  assert.equal(workspaceOfPolicy("/home/u/.governance/x/policy.yaml"), undefined);
});

test("versions: only a later release replaces a broker", () => {
  const newer: readonly (readonly [string, string])[] = [
    ["0.1.1", "0.1.0"],
    ["0.2.0", "0.1.9"],
    ["1.0.0", "0.99.99"],
    ["0.10.0", "0.9.0"],
  ];
  for (const [a, b] of newer) {
    assert.equal(isNewer(a, b), true, `${a} > ${b}`);
    assert.equal(isNewer(b, a), false, `${b} < ${a}`);
    assert.equal(isNewer(a, a), false);
  }
  assert.equal(isNewer("0.2.0", "dev"), false);
  assert.equal(isNewer("dev", "0.2.0"), false);
});
