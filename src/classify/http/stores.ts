import type { Evidence } from "../../model/action.ts";
import type { Effect } from "../../model/effect.ts";
import { toAction } from "../report.ts";
import type { Scope } from "../scope.ts";
import { judgeSql } from "../sql.ts";
import type { HttpCall } from "./call.ts";
import type { RequestUrl } from "./url.ts";

interface StoreRoute {
  /** Over `METHOD /path`, without the query. */
  readonly route: RegExp;
  /** Over the query and the body. */
  readonly asks?: RegExp;
  readonly operation: string;
  readonly effects: readonly Effect[];
  readonly because: string;
}

/** A store that anybody may run, known by its port or by how its hosts are called. */
interface Store {
  readonly provider: string;
  readonly ports: readonly string[];
  readonly hosts?: RegExp;
  readonly routes: readonly StoreRoute[];
  /** Over `METHOD /path`: where the query or the body is SQL. */
  readonly sql?: RegExp;
}

const removed: readonly Effect[] = ["infrastructure_change", "system_modification"];
const lost: readonly Effect[] = ["irreversible_data_deletion"];

function deletes(route: RegExp, because: string, asks?: RegExp): StoreRoute {
  return { route, because, operation: "delete", effects: lost, ...(asks === undefined ? {} : { asks }) };
}

const stores: readonly Store[] = [
  {
    provider: "elasticsearch",
    ports: ["9200", "9201", "9243"],
    hosts: /elastic|opensearch|^es\d*(?:[.-]|$)|\.es\./i,
    routes: [
      deletes(/^DELETE \/(?:_snapshot|_data_stream)\/./, "a snapshot or data stream is deleted"),
      deletes(/^DELETE \/(?:_all|\*|[^_/][^/]*)\/?$/, "an index is deleted"),
      deletes(/^POST \/[^/]+\/_delete_by_query/, "documents are deleted", /match_all|q=\*/),
      {
        route:
          /^DELETE \/_(?:index_template|template|component_template|ilm|slm|ingest|security|enrich|transform|watcher|plugins)\/./,
        operation: "delete_definition",
        effects: removed,
        because: "a definition that others rely on is deleted",
      },
      {
        route:
          /^POST \/(?:_all|\*|[^/]*\*)\/_close|^PUT \/_cluster\/settings|^POST \/_cluster\/reroute|^POST \/_shutdown/,
        operation: "change_cluster",
        effects: removed,
        because: "the cluster stops to serve what it holds",
      },
    ],
  },
  {
    provider: "couchdb",
    ports: ["5984", "6984"],
    routes: [
      deletes(/^DELETE \/[^/]+\/?$/, "a database is deleted"),
      deletes(/^POST \/[^/]+\/_purge/, "documents are deleted"),
    ],
  },
  {
    provider: "influxdb",
    ports: ["8086"],
    routes: [
      deletes(/^DELETE \/api\/v2\/(?:buckets|orgs)\//, "a bucket is deleted"),
      deletes(/^POST \/api\/v2\/delete/, "points are deleted"),
      deletes(
        / \/query/,
        "stored data is deleted",
        /\bdrop(?:\s|\+|%20)+(?:database|measurement|series|retention)/i,
      ),
    ],
  },
  {
    provider: "consul",
    ports: ["8500", "8501"],
    routes: [deletes(/^DELETE \/v1\/kv\//, "keys are deleted")],
  },
  {
    provider: "etcd",
    ports: ["2379"],
    routes: [deletes(/^POST \/v3\/kv\/deleterange|^DELETE \/v2\/keys\//, "keys are deleted")],
  },
  {
    provider: "vault",
    ports: ["8200"],
    hosts: /^vault[.-]/i,
    routes: [
      deletes(/^DELETE \/v1\/|^(?:POST|PUT) \/v1\/[^/]+\/destroy\//, "stored secrets are deleted"),
      {
        route: /^GET \/v1\/(?:(?:secret|kv)\/|[^/]+\/(?:data|creds)\/)/,
        operation: "reveal",
        effects: ["credential_reveal"],
        because: "secrets are printed",
      },
    ],
  },
  {
    provider: "rabbitmq",
    ports: ["15672"],
    routes: [deletes(/^DELETE \/api\/(?:queues|exchanges|vhosts)\//, "messages are deleted")],
  },
  {
    provider: "vector-store",
    ports: ["6333", "7700", "8108", "19530"],
    routes: [
      deletes(
        /^DELETE \/(?:collections|indexes)(?:\/[^/]+)?\/?$|^DELETE \/indexes\/[^/]+\/documents\/?$/,
        "a collection is deleted",
      ),
      deletes(
        /^(?:DELETE|POST) \/collections\/[^/]+\/(?:snapshots\/[^/]+|points\/delete)\/?$/,
        "points or snapshots are deleted",
      ),
      deletes(/^POST \/v[12]\/vectordb\/collections\/drop/, "a collection is deleted"),
      deletes(/^DELETE \/collections\/[^/]+\/documents\/?$/, "documents are deleted"),
    ],
  },
  {
    provider: "vector-store",
    ports: ["8000", "8080"],
    routes: [
      deletes(
        /^DELETE \/api\/v[12]\/(?:tenants\/[^/]+\/databases\/[^/]+\/)?collections\/[^/]+\/?$|^POST \/api\/v[12]\/reset\/?$|^DELETE \/v1\/(?:schema|batch\/objects)\b/,
        "a collection is deleted",
      ),
    ],
  },
  {
    provider: "solr",
    ports: ["8983"],
    routes: [
      deletes(
        / \/solr\/[^/]+\/update/,
        "documents are deleted",
        /<query>\*:\*<|\{\s*"?query"?\s*:\s*"\*:\*"/,
      ),
      deletes(
        / \/solr\/admin\/(?:collections|cores)/,
        "a collection is deleted",
        /action=(?:DELETE|UNLOAD)\b/i,
      ),
    ],
  },
  {
    provider: "prometheus",
    ports: ["9090"],
    routes: [
      deletes(
        /^(?:POST|PUT) \/api\/v1\/admin\/tsdb\/(?:delete_series|clean_tombstones)/,
        "time series are deleted",
      ),
    ],
  },
  {
    provider: "kafka",
    ports: ["8081", "8082"],
    routes: [
      deletes(
        /^DELETE \/(?:v3\/clusters\/[^/]+\/)?(?:topics|subjects)\//,
        "a topic or its schema is deleted",
      ),
    ],
  },
  {
    provider: "docker",
    ports: ["2375", "2376"],
    routes: [
      deletes(
        /^DELETE (?:\/v[\d.]+)?\/volumes\/|^POST (?:\/v[\d.]+)?\/volumes\/prune/,
        "volumes are deleted",
      ),
    ],
  },
  {
    provider: "pulsar",
    ports: ["8080"],
    routes: [
      deletes(/^DELETE \/admin\/v[23]\/(?:persistent|namespaces|tenants|clusters)\/./, "topics are deleted"),
    ],
  },
  {
    provider: "redis",
    ports: [],
    hosts: /\.upstash\.io$/i,
    routes: [
      deletes(/^\w+ \/(?:flushall|flushdb)\b/i, "every key is deleted"),
      deletes(/^POST \/(?:pipeline|multi-exec)?$/, "every key is deleted", /["'](?:flushall|flushdb)["']/i),
    ],
  },
  {
    provider: "vector-store",
    ports: [],
    hosts: /\.pinecone\.io$|\.qdrant\.(?:io|tech)$|\.weaviate\.(?:cloud|network)$/i,
    routes: [
      deletes(
        /^DELETE \/(?:indexes|collections|namespaces|v1\/schema)\/[^/]+\/?$/,
        "a collection is deleted",
      ),
      deletes(/^POST \/vectors\/delete/, "vectors are deleted", /deleteall["']?\s*:\s*true|filter/i),
    ],
  },
  { provider: "clickhouse", ports: ["8123", "8443"], hosts: /\.clickhouse\.cloud$/i, routes: [], sql: /./ },
  {
    provider: "sql",
    ports: ["4001", "4200", "8888", "9000"],
    hosts:
      /\.turso\.io$|\.psdb\.cloud$|\.neon\.tech$|\.snowflakecomputing\.com$|\.cloud\.databricks\.com$|^bigquery\.googleapis\.com$|\.cratedb\.net$/i,
    routes: [],
    sql: /^\w+ \/(?:druid\/v2\/sql|exec|exp|db\/(?:execute|query|request)|_sql|v1\/(?:statement|execute)|v2\/pipeline|sql|psdb\S*|api\/v2\/statements|api\/2\.0\/sql\/statements|bigquery\/v2\/projects\/[^/]+\/(?:queries|jobs))/,
  },
];

const local = /^(?:localhost|127\.[\d.]+|\[?::1\]?|0\.0\.0\.0|host\.docker\.internal|[a-z][\w-]*)$/i;

/** Emits what a request to a store's own API deletes or reveals; nothing for what is none. */
export function judgeStore(call: HttpCall, url: RequestUrl, scope: Scope, evidence: Evidence): void {
  const port = /:(\d+)(?:[/?#]|$)/.exec(call.url.replace(/^[a-z]+:\/\//i, "").replace(/^[^@/]*@/, ""))?.[1];
  const candidates = stores.filter(
    ({ ports, hosts }) => (port !== undefined && ports.includes(port)) || hosts?.test(url.host) === true,
  );
  if (candidates.length === 0) {
    return;
  }
  const body = call.body.kind === "text" ? call.body.text : "";
  const said = `${call.url.split("?").slice(1).join("?")} ${body}`;
  const line = `${call.method} ${url.path}`;
  for (const store of candidates) {
    judgeRoutes(store, { call, url, scope, evidence, said, line });
  }
}

interface StoreCall {
  readonly call: HttpCall;
  readonly url: RequestUrl;
  readonly scope: Scope;
  readonly evidence: Evidence;
  /** The query and the body. */
  readonly said: string;
  /** `METHOD /path`. */
  readonly line: string;
}

function judgeRoutes(store: Store, { call, url, scope, evidence, said, line }: StoreCall): void {
  const found = store.routes
    .filter(({ route, asks }) => route.test(line) && asks?.test(said) !== false)
    .slice(0, 1)
    .map(({ operation, effects, because }) => ({ operation, effects, because, object: url.path }));
  const statements =
    store.sql?.test(line) === true ? sqlTexts(said).flatMap((text) => judgeSql(text).findings) : [];
  const here = local.test(url.host);
  for (const { operation, effects, because, object } of [...found, ...statements]) {
    const target = { display: `${object} on ${url.host}`, ...(here ? {} : { host: url.host }) };
    const reach = here ? "local" : "remote";
    scope.emit(
      toAction(
        {
          action: `${store.provider}:${operation}`,
          effects,
          target,
          because: `${call.sender}: ${because}`,
          reach,
        },
        evidence,
      ),
    );
  }
}

/** Statements in a query or a body: as they stand, and as texts of JSON. */
function sqlTexts(said: string): readonly string[] {
  const inJson = [...said.slice(0, 65_536).matchAll(/"((?:[^"\\]|\\.){6,20000})"/g)].slice(0, 64);
  return [
    decoded(said),
    ...inJson.map(([, text = ""]) =>
      text.replaceAll(/\\(?:n|r|t|(["\\/]))/g, (_all, char: string | undefined) => char ?? " "),
    ),
  ];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " ").replace(/(?:^|&)query=/, ";"));
  } catch {
    return text;
  }
}
