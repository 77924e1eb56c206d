import { destroyed, lost, migrated, removed, type Tool } from "./verb-rules.ts";

/** Tools that look after a database's server or files, and those of hosted databases. */
export const databaseServers: readonly Tool[] = [
  {
    // The protocols of Redis and memcached are lines of text: any tool that sends lines will do.
    programs: ["nc", "ncat", "netcat", "telnet", "socat"],
    provider: "redis",
    valued: "-w -q -p -s -i",
    lines: true,
    verbs: [
      {
        operation: "delete",
        on: /^(?:flushall|flushdb|flush_all)\b/i,
        effects: lost,
        because: "every key is deleted",
      },
      {
        operation: "run_program",
        on: /^(?:config set (?:dir|dbfilename)|module load|slaveof|replicaof)\b/i,
        effects: ["remote_code_execution"],
        because: "the server writes files of its own choice, or loads code",
      },
    ],
  },
  {
    programs: ["sqlite-utils"],
    provider: "sqlite",
    verbs: [
      {
        operation: "delete",
        on: /^drop-table\b/,
        effects: lost,
        because: "a table is dropped",
      },
      {
        operation: "delete",
        text: /\b(?:drop\s+table|delete\s+from\s+\S+\s*(?:;|["']?$))/i,
        effects: lost,
        because: "rows or tables are deleted",
      },
    ],
  },
  {
    programs: ["memcflush", "memcdestroy"],
    provider: "memcached",
    hosts: ["--servers"],
    verbs: [{ operation: "delete", effects: lost, because: "every key is deleted" }],
  },
  {
    programs: ["pg_resetwal", "pg_resetxlog", "pg_rewind", "pg_archivecleanup", "pg_dropcluster"],
    provider: "postgres",
    valued: "-D --pgdata --target-pgdata --source-pgdata --source-server",
    idle: / -n /,
    verbs: [
      {
        operation: "reset",
        effects: lost,
        because: "files that the database lives on are deleted or rewritten",
      },
    ],
  },
  {
    programs: ["pt-archiver", "pt-kill", "pt-online-schema-change", "gh-ost"],
    provider: "mysql",
    valued: "--source --dest --where --limit --host --database --table --alter --user",
    hosts: ["--host"],
    verbs: [
      {
        operation: "delete",
        with: / --(?:purge|dest|file)[ =]/,
        effects: lost,
        because: "rows are moved away or deleted",
      },
      {
        operation: "end_sessions",
        with: / --kill /,
        effects: ["process_kill"],
        because: "sessions are ended",
      },
      { operation: "alter_table", with: / --execute /, effects: migrated, because: "the schema changes" },
    ],
  },
  {
    programs: ["cockroach"],
    provider: "cockroach",
    valued: "--host --url --certs-dir",
    hosts: ["--host", "--url"],
    variables: ["COCKROACH_URL", "COCKROACH_HOST"],
    verbs: [
      {
        operation: "change_cluster",
        on: /^(?:node (?:decommission|drain)|debug (?:recover|reset-quorum|unsafe-remove-dead-replicas)|quit)\b/,
        effects: removed,
        because: "a part of the cluster is taken away",
      },
      {
        operation: "delete",
        on: /^(?:userfile delete|nodelocal delete)\b/,
        effects: lost,
        because: "files are deleted",
      },
    ],
  },
  {
    programs: ["nodetool"],
    provider: "cassandra",
    valued: "-h --host -p --port -u --username -pw --password -t --tag",
    hosts: ["-h", "--host"],
    verbs: [
      {
        operation: "delete",
        on: /^(?:clearsnapshot|truncatehints|removedata)\b/,
        effects: lost,
        because: "snapshots or stored data are deleted",
      },
      {
        operation: "change_cluster",
        on: /^(?:decommission|removenode|assassinate|stopdaemon|drain|rebuild)\b/,
        effects: removed,
        because: "a part of the cluster is taken away",
      },
    ],
  },
  {
    programs: ["hbase"],
    provider: "hbase",
    lines: true,
    verbs: [
      {
        operation: "delete",
        on: /^(?:drop|drop_all|truncate|truncate_preserve|deleteall|drop_namespace|delete_(?:all_)?snapshot)\b/,
        effects: lost,
        because: "tables or rows are deleted",
      },
    ],
  },
  {
    programs: ["snow", "snowsql"],
    provider: "snowflake",
    valued: "-c --connection --database --schema --role --warehouse -o --option",
    remote: true,
    verbs: [
      {
        operation: "delete",
        on: /^(?:object drop|stage (?:remove|drop)|app (?:teardown|drop)|(?:spcs \S+(?: \S+)?|streamlit|snowpark|git|notebook|dbt|schema|dcm) drop)\b/,
        effects: lost,
        because: "a database object is dropped, or its files are deleted",
      },
    ],
  },
  {
    // The tool of the database's vendor shares its name with a migration tool.
    programs: ["atlas"],
    provider: "mongodb-atlas",
    valued: "--projectId --orgId -P --profile -o --output --clusterName --type",
    remote: true,
    verbs: [
      {
        operation: "delete",
        on: /^(?:clusters?|projects?|organizations?|serverless|dataFederation|streams \S+) (?:delete|rm|terminate)\b/i,
        effects: destroyed,
        because: "a cluster or project is deleted",
      },
      {
        operation: "delete",
        on: /^(?:deployments? delete|local delete|backups? \S+(?: \S+)? delete|clusters? (?:sampleData|search) .*delete)\b/i,
        effects: lost,
        because: "a deployment or its backups are deleted",
      },
      {
        operation: "change_rights",
        on: /^(?:dbusers?|accessLists?|customDbRoles?|users?|teams?|\S+ apiKeys?|security \S+) (?:delete|create|update|invite|assign)\b/i,
        effects: ["privilege_change"],
        because: "who may reach the database changes",
      },
    ],
  },
  {
    programs: [
      "elasticsearch-node",
      "elasticsearch-users",
      "elasticsearch-reset-password",
      "opensearch-node",
    ],
    provider: "elasticsearch",
    verbs: [
      {
        operation: "change_cluster",
        on: /^(?:unsafe-bootstrap|detach-cluster|repurpose|remove-settings|remove-customs|override-version)\b/,
        effects: lost,
        because: "what the node keeps of its cluster is deleted",
      },
      {
        operation: "change_rights",
        on: /^(?:userdel|useradd|passwd|roles)\b/,
        effects: ["privilege_change"],
        because: "accounts change",
      },
    ],
  },
  {
    programs: ["neo4j-admin", "arangorestore", "cbrestore", "cbbackupmgr"],
    provider: "database-restore",
    valued:
      "--from-path --database --server.endpoint --server.database --input-directory -c --cluster -a --archive -r --repo",
    hosts: ["--server.endpoint", "-c", "--cluster"],
    verbs: [
      {
        operation: "restore",
        with: / --(?:overwrite-destination(?:=true)?|force|overwrite(?:=true)?|create-database|force-updates) /,
        effects: lost,
        because: "what is there is overwritten",
      },
      { operation: "delete", on: /^remove\b/, effects: lost, because: "backups are deleted" },
    ],
  },
  {
    programs: ["nsupdate", "knsupdate"],
    provider: "dns",
    valued: "-k -y -p -t -v",
    lines: true,
    verbs: [
      {
        operation: "change_records",
        on: /^(?:update )?(?:delete|del|add)\b/i,
        effects: removed,
        because: "records that others look up change",
      },
    ],
  },
  {
    programs: ["pdnsutil", "rndc", "knotc", "octodns-sync", "lexicon"],
    provider: "dns",
    verbs: [
      {
        operation: "change_records",
        on: /^[a-z]\w* (?:delete|update|create) \S+\.\S+/,
        effects: removed,
        because: "records that others look up change",
      },
      {
        operation: "delete",
        on: /^(?:delete-zone|clear-zone|delzone|zone-purge|(?:zone|rrset) delete)\b/,
        effects: lost,
        because: "a zone is deleted",
      },
      {
        operation: "change_records",
        on: /^(?:delete-rrset|replace-rrset|add-record|zone-unset|rrset replace)\b/,
        effects: removed,
        because: "records that others look up change",
      },
      {
        operation: "change_records",
        with: / --doit /,
        effects: removed,
        because: "records that others look up change",
      },
    ],
  },
  {
    programs: ["dbt"],
    provider: "dbt",
    valued:
      "-s --select -m --models --exclude --target -t --profiles-dir --project-dir --vars --profile --args",
    verbs: [
      {
        operation: "rebuild",
        on: /^(?:run|build|seed)\b/,
        with: / --full-refresh /,
        effects: migrated,
        because: "tables are dropped and built anew",
      },
      {
        operation: "run_operation",
        on: /^run-operation \S*(?:drop|delete|truncate|purge|clean)/,
        effects: lost,
        because: "a macro drops or empties tables",
      },
    ],
  },
];
