import assert from "node:assert/strict";
import { test } from "node:test";
import { classifyCommand } from "./world.ts";

const graphql = "https://backboard.railway.app/graphql/v2";
const deletion = '{"query":"mutation { volumeDelete(volumeId: 1) }"}';
const files = {
  "/work/shop/payload.json": deletion,
  "/work/shop/read.json": '{"query":"query { me { id } }"}',
  "/work/shop/vars.json": '{"id":"vol_1"}',
  "/work/shop/m.graphql": "mutation M($id: String!) { volumeDelete(volumeId: $id) }",
  "/work/shop/drop.sql": "DROP DATABASE railway;",
  "/work/shop/headers.txt": "X-Note: a\n\nAuthorization: Bearer $RAILWAY_API_TOKEN\n",
  "/work/shop/wipe.sh": "rm -rf /\n",
  "/work/shop/config.curl":
    "# c\n\n-X POST\nurl: https://backboard.railway.app/graphql/v2\ndata = @payload.json\nsilent\n",
  "/work/shop/loop.curl": "config = loop.curl\n",
};

/** What is passed on, fed, written before or hidden: remote operations and opaque effects, in order. */
const cases: readonly {
  readonly command: string;
  readonly found: readonly string[];
  readonly opaque?: boolean;
}[] = [
  // standard input and files of the provider's tool
  { command: "railway api < m.graphql", found: ["railway:volume_delete"] },
  { command: 'railway api -f m.graphql --variables \'{"id":"v"}\'', found: ["railway:volume_delete"] },
  { command: "railway api -f m.graphql --variables @vars.json", found: ["railway:volume_delete"] },
  { command: "railway api -f - --variables @vars.json < m.graphql", found: ["railway:volume_delete"] },
  { command: "railway api 'query { me { id } }' --variables @- < vars.json", found: ["railway:me"] },
  { command: "railway api -f missing.graphql", found: ["railway:unknown_call"], opaque: true },
  { command: 'railway api -f "$F"', found: ["railway:unknown_call"], opaque: true },
  { command: 'railway api "$Q"', found: ["railway:unknown_command", "railway:unknown_call"], opaque: true },
  { command: "make-query | railway api", found: ["railway:unknown_call"], opaque: true },
  {
    command: "sed s/a/b/ m.graphql | railway api",
    found: ["railway:volume_delete", "railway:unknown_call"],
    opaque: true,
  },
  { command: "railway api", found: [] },
  {
    command:
      'railway api --var p="$P" \'mutation($p: EnvironmentConfig) { environmentPatchCommit(environmentId: "e", patch: $p) }\'',
    found: ["railway:environment_patch_commit"],
    opaque: true,
  },
  {
    command:
      "railway api --operation-name A 'query A { me { id } } mutation B { volumeDelete(volumeId: 1) }'",
    found: ["railway:me"],
  },
  {
    command: "echo 'mutation { volumeDelete(volumeId: 1) }' > /tmp/q && railway api -f /tmp/q",
    found: ["railway:volume_delete"],
  },
  { command: "cp m.graphql /tmp/q && railway api -f /tmp/q", found: ["railway:volume_delete"] },

  // commands that it starts or opens
  { command: "railway connect < drop.sql", found: ["railway:database_drop"] },
  { command: "make-sql | railway connect", found: ["railway:connect"], opaque: true },
  { command: "railway connect < missing.sql", found: ["railway:connect"], opaque: true },
  { command: "railway run railway rm -y", found: ["railway:run", "railway:project_schedule_delete"] },
  { command: "railway run 'railway rm -y'", found: ["railway:run", "railway:project_schedule_delete"] },
  { command: "railway run", found: ["railway:run"] },
  {
    command: "railway shell <<< 'railway rm -y'",
    found: ["railway:shell", "railway:project_schedule_delete"],
  },
  { command: "make-script | railway shell", found: ["railway:shell"], opaque: true },
  { command: "railway shell", found: ["railway:shell"] },
  { command: "railway shell < wipe.sh", found: ["railway:shell"] },

  // what curl sends
  { command: `make-body | curl -d @- ${graphql}`, found: ["railway:unknown_call"], opaque: true },
  {
    command: `jq . payload.json | curl -d @- ${graphql}`,
    found: ["railway:volume_delete", "railway:unknown_call"],
    opaque: true,
  },
  { command: `curl -d @missing.json ${graphql}`, found: ["railway:unknown_call"], opaque: true },
  { command: `curl -d @"$F" ${graphql}`, found: ["railway:unknown_call"], opaque: true },
  { command: `curl -d @- ${graphql}`, found: ["railway:unknown_call"], opaque: true },
  { command: `curl -T - ${graphql}`, found: ["railway:unknown_call"], opaque: true },
  { command: `curl -T missing.json ${graphql}`, found: ["railway:unknown_call"], opaque: true },
  { command: `cp payload.json /tmp/x && curl -d @/tmp/x ${graphql}`, found: ["railway:volume_delete"] },
  { command: `curl -d @read.json ${graphql}`, found: ["railway:me"] },
  { command: `curl -K config.curl`, found: ["railway:volume_delete"] },
  { command: `curl -K missing.curl ${graphql}`, found: ["railway:unknown_call"], opaque: true },
  { command: `curl -K loop.curl ${graphql}`, found: ["railway:unknown_call"], opaque: true },
  { command: `echo 'data = @payload.json' | curl -K - ${graphql}`, found: ["railway:volume_delete"] },
  { command: `curl -F 'operations=<payload.json' ${graphql}`, found: ["railway:volume_delete"] },
  { command: `curl --form-string 'operations=${deletion}' ${graphql}`, found: ["railway:volume_delete"] },
  {
    command: `curl --data-urlencode '=${deletion}' ${graphql}`,
    found: ["railway:unknown_call"],
    opaque: true,
  },
  { command: `curl --data-urlencode 'query@m.graphql' ${graphql}`, found: ["railway:volume_delete"] },
  { command: `curl --url-query '+query=%7Bme%7Bid%7D%7D' ${graphql}`, found: ["railway:me"] },
  { command: `curl -I ${graphql}`, found: ["railway:unknown_route"] },
  { command: `curl -g -d @payload.json 'https://{backboard.railway.app}/'`, found: ["http:post"] },
  {
    command: `curl -d '${deletion}' '${graphql}?query=%7Bme%7Bid%7D%7D'`,
    found: ["railway:volume_delete", "railway:unknown_call"],
    opaque: true,
  },
  { command: `curl -H @headers.txt https://example.com`, found: ["http:get"] },
  {
    command: `curl -X POST -b a=b --cookie c=d --no-progress-meter -- ${graphql}`,
    found: ["railway:unknown_call"],
    opaque: true,
  },

  // other clients
  { command: `wget --post-file=missing.json -O- ${graphql}`, found: ["railway:unknown_call"], opaque: true },
  { command: `make-body | http ${graphql}`, found: ["railway:unknown_call"], opaque: true },
  { command: `http --raw '${deletion}' ${graphql}`, found: ["railway:volume_delete"] },
  {
    command: `http -f ${graphql} query='mutation{volumeDelete(volumeId:1)}'`,
    found: ["railway:volume_delete"],
  },
  { command: `http ${graphql} query==%7Bme%7D query=='{me{id}}'`, found: ["railway:me"] },
  { command: `http ${graphql} query@missing`, found: ["railway:unknown_call"], opaque: true },
  { command: `http ${graphql} x:=@missing`, found: ["railway:unknown_call"], opaque: true },
  { command: "http :3000/graphql query='mutation{volumeDelete(volumeId:1)}'", found: ["http:post"] },
  { command: "http", found: [] },
];

for (const { command, found, opaque = false } of cases) {
  test(`passed on: ${command}`, () => {
    const { actions } = classifyCommand(command, { files });
    const remote = actions.filter(({ provider }) => provider === "railway" || provider === "http");
    assert.deepEqual(
      remote.map((action) => `${action.provider}:${action.operation}`),
      found,
    );
    assert.equal(
      actions.some((action) => action.effects.includes("opaque")),
      opaque,
    );
  });
}
