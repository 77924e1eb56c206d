import assert from "node:assert/strict";
import { test } from "node:test";
import { classifyCommand } from "../classify-command.ts";

/** A request, the store's operation that it is, and whether the store is elsewhere. */
const cases: readonly (readonly [string, string | undefined, ("local" | "remote")?])[] = [
  ["curl -X DELETE http://localhost:9200/_all", "elasticsearch:delete", "local"],
  ["curl -XDELETE 'https://es.example.com/logs-*'", "elasticsearch:delete", "remote"],
  ["curl -XDELETE https://search.example.com:9200/logs", "elasticsearch:delete", "remote"],
  ["curl -X DELETE localhost:9200/logs/_doc/1", undefined],
  ["curl localhost:9200/_cat/indices", undefined],
  [
    `curl -X POST localhost:9200/logs/_delete_by_query -d '{"query":{"match_all":{}}}'`,
    "elasticsearch:delete",
    "local",
  ],
  [`curl -X POST localhost:9200/logs/_search -d '{"query":{"match_all":{}}}'`, undefined],
  ["curl -X DELETE http://localhost:5984/shop", "couchdb:delete", "local"],
  ["curl -X DELETE http://localhost:8500/v1/kv/app?recurse", "consul:delete", "local"],
  ["curl https://vault.example.com:8200/v1/secret/data/app", "vault:reveal", "remote"],
  ["curl https://vault.example.com:8200/v1/sys/health", undefined],
  ["curl -X DELETE http://mq.example.com:15672/api/queues/%2F/jobs", "rabbitmq:delete", "remote"],
  ["curl -X DELETE http://localhost:6333/collections/docs", "vector-store:delete", "local"],
  ["curl 'http://localhost:8123/?query=DROP+TABLE+events'", "clickhouse:drop_table", "local"],
  ["curl 'http://localhost:8123/?query=SELECT+1'", undefined],
  ["echo 'TRUNCATE events' | curl http://localhost:8123 --data-binary @-", "clickhouse:truncate", "local"],
  ["curl -X DELETE https://api.example.com/v1/items/5", undefined],
  ["curl -X DELETE localhost:9200/_index_template/x", "elasticsearch:delete_definition", "local"],
  ["curl -X POST localhost:9200/_all/_close", "elasticsearch:change_cluster", "local"],
  ["curl -X POST localhost:9200/logs/_close", undefined],
  ["curl -X DELETE http://localhost:8000/api/v1/collections/docs", "vector-store:delete", "local"],
  ["curl -X DELETE http://localhost:8000/api/v1/users/3", undefined],
  ["curl -X DELETE http://localhost:8080/admin/v2/persistent/public/default/t", "pulsar:delete", "local"],
  ["curl https://shop.upstash.io/flushall", "redis:delete", "remote"],
  ["curl https://shop.upstash.io/get/key", undefined],
  [`curl http://localhost:8888/api/contents -d '{"a":"delete from list"}'`, undefined],
  [`curl http://localhost:8888/druid/v2/sql -d '{"query":"delete from list"}'`, "sql:delete_all", "local"],
  [`curl https://shop.upstash.io/pipeline -d '[["FLUSHDB"]]'`, "redis:delete", "remote"],
  [
    `curl https://shop.turso.io/v2/pipeline -d '{"requests":[{"stmt":{"sql":"DROP TABLE users"}}]}'`,
    "sql:drop_table",
    "remote",
  ],
  [
    `curl https://shop.turso.io/v2/pipeline -d '{"requests":[{"stmt":{"sql":"SELECT \\"drop table\\""}}]}'`,
    undefined,
  ],
];

for (const [command, id, reach] of cases) {
  test(`${id ?? "nothing"}: ${command}`, () => {
    const [provider, operation] = id?.split(":") ?? [];
    const actions = classifyCommand(command).actions.filter((action) => action.effects.length > 0);
    const found = actions.find((action) => action.provider === provider && action.operation === operation);
    assert.equal(found?.reach, reach);
    assert.equal(actions.length > 0, id !== undefined);
  });
}
