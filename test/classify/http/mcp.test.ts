import assert from "node:assert/strict";
import { test } from "node:test";
import { actionId } from "../../../src/model/action.ts";
import { classifyPayload } from "./world.ts";

interface Case {
  readonly call: readonly [server: string, tool: string, input: unknown];
  /** `id access reach target effects…` of actions that must be among those found. */
  readonly has?: readonly string[];
  /** The beginnings of such lines that no action may have. */
  readonly lacks?: readonly string[];
}

const cases: readonly Case[] = [
  // SQL, whatever the tool is called.
  {
    call: ["postgres", "query", { sql: "COMMIT; DROP SCHEMA public CASCADE" }],
    has: ["postgres:drop_database change local public irreversible_data_deletion"],
  },
  {
    call: ["pg-prod", "read_data", { query: "TRUNCATE users" }],
    has: ["sql:truncate change local users in production irreversible_data_deletion"],
  },
  {
    call: ["neon", "run_sql", { params: { sql: "DROP TABLE users", projectId: "p" } }],
    has: ["neon:drop_table change remote users irreversible_data_deletion"],
  },
  {
    call: ["neon", "run_sql", { params: { sql: "SELECT 1 -- drop table users", projectId: "p" } }],
    has: ["neon:database_query read remote Neon"],
    lacks: ["neon:drop_table"],
  },
  {
    call: ["warehouse", "run_query", { query: "select * from a; select * from b" }],
    has: ["mcp:warehouse.run_query read remote warehouse.run_query"],
  },
  {
    call: [
      "warehouse",
      "run_query",
      { query: "with x as (delete from a where id = 1 returning *) select * from x" },
    ],
    has: ["mcp:warehouse.run_query change remote warehouse.run_query"],
  },
  {
    call: ["brave", "brave_web_search", { query: "drop table users" }],
    has: ["mcp:brave.brave_web_search read remote brave.brave_web_search"],
    lacks: ["sql:"],
  },
  // Arguments that say more than the name.
  {
    call: ["acme", "get_status", { action: "delete", id: "1" }],
    has: ["mcp:acme.get_status change remote acme.get_status"],
  },
  {
    call: ["acme", "get_status", { action: "show", id: "1" }],
    has: ["mcp:acme.get_status read remote acme.get_status"],
  },
  {
    call: ["github", "pull_request_read", { method: "get_diff", owner: "o", repo: "r" }],
    lacks: ["github:pull_request_read change"],
  },
  // Files of this machine.
  {
    call: ["filesystem", "read_text_file", { path: "~/.aws/credentials" }],
    has: ["fs:read read local /home/dev/.aws/credentials"],
  },
  {
    call: ["filesystem", "write_file", { path: ".claude/settings.json", content: "{}" }],
    has: ["fs:write change local /work/shop/.claude/settings.json governance_tampering"],
  },
  {
    call: ["filesystem", "move_file", { source: "/home/dev/project", destination: "/tmp/x" }],
    has: ["fs:delete change local /home/dev/project file_deletion irreversible_data_deletion"],
  },
  {
    call: ["acme", "fetch", { url: "file:///etc/shadow" }],
    has: ["fs:read read local /etc/shadow"],
  },
  { call: ["github", "get_file_contents", { owner: "o", repo: "r", path: "/.env" }], lacks: ["fs:read"] },
  { call: ["acme", "get_page", { path: "docs/intro" }], lacks: ["fs:read"] },
  // Addresses.
  {
    call: ["fetch", "fetch", { url: "http://169.254.169.254/latest/meta-data/" }],
    has: ["network:read_metadata read local 169.254.169.254 credential_access"],
  },
  {
    call: ["fetch", "http_request", { method: "DELETE", url: "https://api.example.com/x" }],
    has: ["mcp:fetch.http_request change remote fetch.http_request"],
  },
  // Command lines.
  {
    call: ["aws-api", "call_aws", { cli_command: "aws s3 ls" }],
    has: ["mcp:aws-api.call_aws read remote aws-api.call_aws"],
    lacks: ["aws:s3:DeleteBucket"],
  },
  {
    call: ["aws-api", "call_aws", { cli_command: "aws s3 rb s3://b --force" }],
    has: [
      "aws:s3:DeleteBucket change remote s3://b irreversible_infrastructure_deletion irreversible_data_deletion",
    ],
  },
  {
    call: ["shell", "run", { command: ["rm", "-rf", "/"] }],
    has: ["fs:delete change local / file_deletion irreversible_data_deletion"],
  },
  // What runs in a container is no command of this machine, and a name is no option.
  {
    call: ["kubernetes", "exec_in_pod", { name: "web-1", context: "dev", command: ["rm", "-rf", "/"] }],
    lacks: ["mcp:", "fs:delete change local"],
  },
  {
    call: ["kubernetes", "kubectl_delete", { resourceType: "ns", name: "--dry-run=client,shop" }],
    has: [
      "kubernetes:delete:namespace change remote ns/dry-run=client,ns/shop irreversible_infrastructure_deletion irreversible_data_deletion",
    ],
  },
  {
    call: ["kubernetes", "kubectl_delete", { resourceType: "ns", name: "shop", dryRun: true }],
    has: [
      "kubernetes:delete:namespace change remote ns/shop irreversible_infrastructure_deletion irreversible_data_deletion",
    ],
  },
  {
    call: ["k8s", "run_kubectl_command_rw", { command: "kubectl delete ns x" }],
    has: [
      "kubernetes:delete:namespace change remote ns/x irreversible_infrastructure_deletion irreversible_data_deletion",
    ],
    lacks: ["kubernetes:run"],
  },
  {
    call: ["kubernetes", "delete_api_service", { name: "a" }],
    lacks: ["kubernetes:inspect", "kubernetes:run"],
  },
  {
    call: ["kubernetes", "grow_tomatoes", { namespace: "shop" }],
    has: ["mcp:kubernetes.grow_tomatoes unknown remote kubernetes.grow_tomatoes"],
  },
  {
    call: ["fly", "fly-logs", { app: "a" }],
    lacks: ["mcp:fly.fly-logs change"],
  },
  // Tools that only show something.
  {
    call: ["context7", "resolve-library-id", { libraryName: "react" }],
    has: ["mcp:context7.resolve-library-id read remote context7.resolve-library-id"],
  },
  {
    call: ["acme", "get_merge_request", { id: 1 }],
    has: ["mcp:acme.get_merge_request read remote acme.get_merge_request"],
  },
  {
    call: ["acme", "get_or_create_page", {}],
    has: ["mcp:acme.get_or_create_page change remote acme.get_or_create_page"],
  },
  {
    call: ["acme", "do_stuff", {}],
    has: ["mcp:acme.do_stuff unknown remote acme.do_stuff"],
  },
  {
    call: ["acme", "delete_snapshot", {}],
    has: ["mcp:acme.delete_snapshot change remote acme.delete_snapshot"],
  },
];

for (const { call, has = [], lacks = [] } of cases) {
  const [server, tool, input] = call;
  test(`${server} ${tool} ${JSON.stringify(input)}`, () => {
    const found = classifyPayload({ kind: "mcp_call", server, tool, input }).actions.map((action) =>
      [actionId(action), action.access, action.reach, action.target.display, ...action.effects].join(" "),
    );
    for (const line of has) {
      assert.ok(found.includes(line), `${line}\nis not among\n${found.join("\n")}`);
    }
    for (const start of lacks) {
      assert.ok(!found.some((line) => line.startsWith(start)), found.join("\n"));
    }
  });
}
