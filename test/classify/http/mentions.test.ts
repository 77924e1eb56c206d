import assert from "node:assert/strict";
import { test } from "node:test";
import { classifyCommand, idsOf } from "./world.ts";

const api = "https://backboard.railway.app/graphql/v2";

interface Case {
  readonly name: string;
  readonly code: string;
  readonly ids: readonly string[];
  readonly resource?: string;
}

const cases: readonly Case[] = [
  {
    name: "a literal document",
    code: `requests.post("${api}", json={"query": "mutation { volumeDelete(volumeId: \\"v\\") }"})`,
    ids: ["railway:volume_delete"],
    resource: "v",
  },
  {
    name: "a document in several lines, to a host that is not known",
    code: `q = """\nmutation M($id: String!) {\n  volumeDelete(volumeId: $id)\n}\n"""\nrequests.post(URL, json={"query": q})`,
    ids: ["railway:volume_delete"],
  },
  {
    name: "a read",
    code: `requests.post("${api}", json={"query": "query { me { id } }"})`,
    ids: ["railway:me"],
  },
  {
    name: "a declared scope",
    code: `requests.post("${api}", json={"query": "mutation { customDomainDelete(id: \\"d\\") }"})`,
    ids: ["railway:custom_domain_delete"],
    resource: "d",
  },
  {
    name: "a document that is put together",
    code: `q = "mutation { volume" + "Delete(volumeId: 1) }"\nrequests.post("${api}", json={"query": q})`,
    ids: ["railway:unknown_call"],
  },
  {
    name: "a client with many calls",
    code: `A="volumeDelete"; B="projectDelete"; C="serviceDelete"; D="environmentDelete"; E="mutation"\npost("${api}")`,
    ids: ["railway:unknown_call"],
  },
  {
    name: "another API with a field of that name",
    code: `post("https://api.example.com", "mutation { volumeDelete }")`,
    ids: [],
  },
  { name: "only the address", code: `print("${api}")`, ids: ["railway:unknown_route"] },
  { name: "nothing of the kind", code: "print('volumeDelete')", ids: [] },
];

for (const { name, code, ids, resource } of cases) {
  test(`program text: ${name}`, () => {
    const { actions } = classifyCommand(`python3 - <<'EOF'\n${code}\nEOF`);
    const found = actions.filter((action) => action.provider === "railway");
    assert.deepEqual(idsOf({ actions: found, inputs: [] }), ids);
    if (resource !== undefined) {
      assert.equal(found[0]?.target.resource, resource);
    }
  });
}
