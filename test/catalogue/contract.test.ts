import assert from "node:assert/strict";
import { test } from "node:test";
import { formatDiagnostic } from "../../src/base/diagnostic.ts";
import { ruleAnswer, unresolved, type ArgumentValue } from "../../src/catalogue/arguments.ts";
import type { CatalogueExample } from "../../src/catalogue/catalogue.ts";
import type { CommandForm, CommandNode } from "../../src/catalogue/command-line.ts";
import { effects } from "../../src/model/effect.ts";
import type { RequestPayload } from "../../src/model/request.ts";
import { catalogue, classifyCommand, classifyPayload, diagnostics, idsOf } from "../classify/http/world.ts";

test("the shipped catalogue loads without a diagnostic", () => {
  assert.deepEqual(diagnostics.map(formatDiagnostic), []);
});

for (const provider of catalogue.providers.values()) {
  for (const example of provider.examples ?? []) {
    test(`${provider.name}: ${titleOf(example)}`, () => check(example));
  }

  test(`${provider.name}: every command form is found by each of its names`, () => {
    const program = provider.cli?.programs[0] ?? "";
    for (const [path, form] of formsOf(provider.cli?.root)) {
      if (form.carries !== undefined || form.operation.name === "unknown_command") {
        continue;
      }
      const found = classifyCommand(`${program} ${path}`).actions.find(
        (action) => action.provider === provider.name && action.operation === form.operation.name,
      );
      assert.ok(found, `\`${program} ${path}\` is not ${form.operation.name}`);
      assert.deepEqual(found.effects, form.operation.effects, path);
      assert.deepEqual(idsOf(classifyCommand(`${program} ${path} --help`)), [], path);
    }
  });

  test(`${provider.name}: every GraphQL field gives its operation, under an alias and in any case of body`, () => {
    const host = provider.hosts[0] ?? "";
    for (const kind of ["mutation", "query", "subscription"] as const) {
      for (const [field, operation] of provider.graphql?.fields[kind] ?? []) {
        const body = JSON.stringify({ query: `${kind} Harmless { me_: ${field} { id } }` });
        const url = `https://${host}${provider.graphql?.paths?.[0] ?? "/graphql/v2"}`;
        const { actions } = classifyPayload({ kind: "http", method: "POST", url, headers: {}, body });
        assert.deepEqual(
          actions.map((action) => [action.operation, action.effects.filter((effect) => effect !== "opaque")]),
          [[operation.name, operation.effects]],
          field,
        );
      }
    }
  });

  test(`${provider.name}: operations keep to the words of the model`, () => {
    for (const operation of provider.operations.values()) {
      assert.ok(operation.effects.every((effect) => effects.includes(effect)));
      assert.match(operation.summary, /^[a-z][^.\n]*$/, operation.name);
      if (operation.access === "read") {
        assert.ok(
          operation.effects.every((effect) => effect === "credential_reveal"),
          `${operation.name} reads and has ${operation.effects.join(", ")}`,
        );
      }
      if (/(?:^|_)delete$/.test(operation.name) && operation.reach !== "local") {
        assert.equal(operation.access, "change", operation.name);
        assert.ok(operation.effects.length > 0, `${operation.name} deletes without an effect`);
      }
    }
  });
}

test("every argument rule holds where its argument is given, may hold where it is hidden, and not otherwise", () => {
  let count = 0;
  for (const operation of [...catalogue.providers.values()].flatMap((provider) => [
    ...provider.operations.values(),
  ])) {
    for (const rule of operation.rules ?? []) {
      count += 1;
      const value = rule.is?.[0] ?? true;
      assert.equal(ruleAnswer(rule, nested(rule.path, value)), "holds", operation.name);
      assert.equal(ruleAnswer(rule, nested(rule.path, [value])), "holds", operation.name);
      assert.equal(ruleAnswer(rule, nested(rule.path, unresolved)), "may_hold", operation.name);
      assert.equal(ruleAnswer(rule, nested(rule.path.slice(0, 1), unresolved)), "may_hold", operation.name);
      assert.equal(ruleAnswer(rule, nested(rule.path, null)), "no", operation.name);
      assert.equal(ruleAnswer(rule, nested(rule.path, false)), "no", operation.name);
      assert.equal(ruleAnswer(rule, {}), "no", operation.name);
    }
  }
  assert.ok(count > 10);
});

function nested(path: readonly string[], value: ArgumentValue): ArgumentValue {
  return path.reduceRight<ArgumentValue>((inner, key) => ({ [key.replaceAll("*", "any")]: inner }), value);
}

test("Railway has the groups that policies are written with", () => {
  const groups = catalogue.providers.get("railway")?.groups;
  for (const group of `read domain_management deploy variable_management service_management environment_management
    volume_management database_management token_management member_management execution`.split(/\s+/)) {
    assert.ok((groups?.get(group)?.length ?? 0) > 0, group);
  }
  assert.ok(!groups?.get("read")?.includes("variables"), "reading variables reveals credentials");
  assert.ok(groups?.get("domain_management")?.every((name) => !/volume|service_delete|database/.test(name)));
});

test("Railway's command line is described whole", () => {
  const forms = formsOf(catalogue.providers.get("railway")?.cli?.root);
  assert.ok(forms.length > 200, `only ${forms.length} forms`);
});

test("the seed's names are known", () => {
  for (const name of ["volume_delete", "database_drop"]) {
    assert.equal(catalogue.operation("railway", name)?.name, name);
  }
  assert.equal(catalogue.credential("railway_cli_admin_token")?.class, "account");
});

function check(example: CatalogueExample): void {
  const { actions } = classifyPayload(payloadOf(example));
  const ids = idsOf({ actions, inputs: [] });
  for (const id of example.matches) {
    assert.ok(ids.includes(id), `${id} is not among ${ids.join(", ")}`);
  }
  for (const id of example.misses) {
    assert.ok(!ids.includes(id), `${id} is among ${ids.join(", ")}`);
  }
  const matched = actions.filter((action) =>
    example.matches.includes(`${action.provider}:${action.operation}`),
  );
  for (const effect of example.effects) {
    assert.ok(
      matched.some((action) => action.effects.includes(effect)),
      `${effect} is missing`,
    );
  }
  if (example.resource !== undefined) {
    assert.ok(
      matched.some((action) => action.target.resource === example.resource),
      matched[0]?.target.resource,
    );
  }
  if (example.environment !== undefined) {
    assert.ok(
      matched.some((action) => action.target.environment === example.environment),
      matched[0]?.target.environment,
    );
  }
}

function payloadOf({ request }: CatalogueExample): RequestPayload {
  if (request.command !== undefined) {
    return { kind: "shell", command: request.command, shell: "bash" };
  }
  if (request.tool !== undefined) {
    return { kind: "mcp_call", server: request.server ?? "", tool: request.tool, input: request.input };
  }
  const { method = "GET", url = "", body } = request;
  return { kind: "http", method, url, headers: {}, ...(body === undefined ? {} : { body }) };
}

function titleOf({ request }: CatalogueExample): string {
  return (request.command ?? request.tool ?? `${request.method} ${request.url} ${request.body ?? ""}`).slice(
    0,
    120,
  );
}

function formsOf(node: CommandNode | undefined, path = ""): readonly (readonly [string, CommandForm])[] {
  if (node === undefined) {
    return [];
  }
  const own = node.form === undefined ? [] : [[path, node.form] as const];
  return [
    ...own,
    ...[...node.children].flatMap(([name, child]) => formsOf(child, path === "" ? name : `${path} ${name}`)),
  ];
}
