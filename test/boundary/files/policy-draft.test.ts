import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { parse } from "yaml";
import { packagedCatalogue, packagedTemplates } from "../../../src/boundary/files/packaged.ts";
import { chosenTemplate, policyDraft } from "../../../src/boundary/files/policy-draft.ts";
import { workspaceFacts, type WorkspaceFacts } from "../../../src/boundary/files/workspace-facts.ts";
import { lookupsOf } from "../../classify/http/world.ts";
import { loadPolicy } from "../../../src/policy/load.ts";
import { digestOf } from "../../../src/record/digest.ts";

/** A workspace at `/work/shop` on somebody's machine, and what a policy for it must say. */
interface WorkspaceFixture {
  readonly title: string;
  /** Contents by path: relative ones lie in the workspace, `~/` ones at home. */
  readonly files: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly chosen: string;
  readonly because?: readonly string[];
  readonly others?: readonly string[];
  /** What is filled in, by template and pointer. */
  readonly filled?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Pointers of the template that is chosen for which nothing was found. */
  readonly open?: readonly string[];
  readonly environmentFiles?: readonly string[];
  /** Names of environments: of Terraform, and of CI. */
  readonly terraform?: readonly string[];
  readonly ci?: readonly string[];
}

const catalogue = packagedCatalogue();
const templates = packagedTemplates();
const workspace = "/work/shop";
const home = "/home/dev";
const folder = new URL("../../fixtures/workspaces/", import.meta.url);

function factsOf({ files, environment }: Pick<WorkspaceFixture, "files" | "environment">): WorkspaceFacts {
  const absolute = Object.entries(files).map(
    ([path, text]) =>
      [path.startsWith("~/") ? `${home}${path.slice(1)}` : `${workspace}/${path}`, text] as const,
  );
  return workspaceFacts(workspace, machine(new Map(absolute), environment ?? {}));
}

/** The look-ups of a machine with these files and nothing else. */
function machine(
  files: ReadonlyMap<string, string>,
  environment: Readonly<Record<string, string>>,
): ReturnType<typeof lookupsOf> {
  const below = (path: string): readonly string[] =>
    [...files.keys()].flatMap((file) => (file.startsWith(`${path}/`) ? [file.slice(path.length + 1)] : []));
  return {
    ...lookupsOf({}),
    home,
    env: (name) => environment[name],
    readFile: (path) => {
      const text = files.get(path);
      return text === undefined ? { kind: "missing" } : { kind: "text", text, digest: digestOf(text) };
    },
    kind: (path) => (files.has(path) ? "file" : below(path).length > 0 ? "directory" : "missing"),
    list: (path) => [...new Set(below(path).map((rest) => rest.split("/")[0] ?? ""))],
  };
}

function draftOf(name: string, facts: WorkspaceFacts): ReturnType<typeof policyDraft> {
  const template = templates.get(name);
  assert.ok(template !== undefined, name);
  return policyDraft({ name, text: template.text }, facts);
}

function at(tree: unknown, pointer: string): unknown {
  return pointer
    .split("/")
    .slice(1)
    .reduce<unknown>((node, key) => (node as Readonly<Record<string, unknown>>)[key], tree);
}

for (const file of readdirSync(folder)) {
  const fixture = parse(readFileSync(new URL(file, folder), "utf8")) as WorkspaceFixture;
  test(`${file}: ${fixture.title}`, () => {
    const facts = factsOf(fixture);
    const chosen = chosenTemplate(facts);
    assert.equal(chosen.name, fixture.chosen);
    assert.deepEqual(chosen.because, fixture.because ?? []);
    assert.deepEqual(chosen.others, fixture.others ?? []);
    assert.deepEqual(facts.environmentFiles, fixture.environmentFiles ?? []);
    const names = (all: readonly { readonly name: string }[]): readonly string[] =>
      all.map(({ name }) => name);
    assert.deepEqual([names(facts.terraform), names(facts.ci)], [fixture.terraform ?? [], fixture.ci ?? []]);
    for (const [name, values] of Object.entries(fixture.filled ?? {})) {
      const draft = draftOf(name, facts);
      for (const [pointer, value] of Object.entries(values)) {
        assert.deepEqual(at(parse(draft.text), pointer), value, pointer);
        assert.ok(
          draft.filled.some((one) => one.pointer === pointer),
          `${pointer} is not told as filled in`,
        );
      }
    }
    const { notes } = draftOf(chosen.name, facts);
    assert.deepEqual(
      notes.map((note) => note.split(":")[0]),
      fixture.open ?? [],
    );
  });

  test(`${file}: every template stays a policy when it is filled in`, () => {
    const facts = factsOf(fixture);
    for (const name of templates.keys()) {
      const { text, filled } = draftOf(name, facts);
      const source = { file: name, text, layer: "workspace", workspace, home } as const;
      assert.deepEqual(loadPolicy(source, catalogue, digestOf).diagnostics, [], name);
      const values = filled.map(({ value }) => value).join(" ");
      assert.ok(!values.includes("test-token"), "a credential went into the policy");
      assert.equal((text.match(/# detected: /g) ?? []).length > 0, filled.length > 0);
    }
  });
}

test("what cannot stand in a policy as a name of one thing is not filled in", () => {
  const facts = factsOf({
    files: {
      "~/.kube/config":
        "current-context: 'dev-*'\ncontexts:\n- {name: 'dev-*', context: {cluster: c}}\n- {name: \"prod\\n# x\", context: {cluster: c}}\n",
    },
  });
  const { text } = draftOf("kubernetes/combined", facts);
  const policy = parse(text) as { readonly environments: { readonly [name: string]: unknown } };
  assert.deepEqual(policy.environments["development"], {
    kubernetes: { contexts: ["dev-eu"] },
    helm: { contexts: ["dev-eu"] },
  });
  assert.deepEqual(at(policy, "/environments/production/kubernetes"), {
    contexts: ["prod-*", "production", "prod\n# x"],
  });
});

test("files that cannot be read, and files that are no such thing, say nothing", () => {
  const broken = "{[: \u0000 <<<";
  const facts = factsOf({
    files: {
      "package.json": broken,
      "main.tf": broken,
      "~/.kube/config": broken,
      "~/.railway/config.json": broken,
      "~/.aws/config": broken,
    },
  });
  assert.deepEqual(
    [facts.evidence.size, facts.railway, facts.contexts, facts.profiles, facts.accounts],
    [0, [], [], [], []],
  );
});

test("a large workspace is looked at up to a bound", () => {
  let looks = 0;
  const wide = Array.from({ length: 200 }, (_, index) => `d${index}`);
  const lookups = {
    ...lookupsOf({}),
    list: () => wide,
    kind: () => {
      looks += 1;
      return "directory" as const;
    },
  };
  assert.equal(workspaceFacts(workspace, lookups).evidence.size, 0);
  assert.ok(looks <= 120 * 200, `${looks} looks`);
});
