import type { ProgramRule } from "../scope.ts";
import { databaseServers } from "./database-servers.ts";
import { databaseLeaks } from "./database-leaks.ts";
import { lost, removed, together, verbRule, type Tool, revealed } from "./verb-rules.ts";

const postgresOptions =
  "-h --host -p --port -U --username -d --dbname -f --file -F --format -j --jobs -n --schema -N -t --table -T -L --use-list -I -P -S --maintenance-db --section --role";

const dropOptions = "-h --host -p --port -U --username --maintenance-db";

/** Stores without SQL, and tools that drop a whole database. */
const tools: readonly Tool[] = [
  ...databaseServers,
  {
    programs: ["redis-cli", "valkey-cli", "keydb-cli", "iredis"],
    provider: "redis",
    valued: "-h -p -a -u -n -s -i -r -x --user --pass --rdb --pattern --eval --cacert --cert --key --cluster",
    hosts: ["-h", "-u"],
    variables: ["REDIS_URL"],
    lines: true,
    verbs: [
      {
        operation: "delete",
        on: /^(?:flushall|flushdb|cluster (?:reset|flushslots))\b/i,
        effects: lost,
        because: "every key is deleted",
      },
      {
        operation: "delete",
        on: /^(?:del|unlink)\b.*(?:[*…]|\$)/i,
        effects: lost,
        because: "many keys are deleted",
      },
      {
        operation: "delete",
        on: /^(?:xtrim \S+ (?:maxlen|minid)(?: [=~])? 0\b|ltrim \S+ 1 0\b|xgroup destroy|function flush|ft\.drop\b|ft\.dropindex .*\bdd\b|debug (?:reload|restart|flushall|change-repl))/i,
        effects: lost,
        because: "what a key, a stream or the server holds is deleted",
      },
      {
        operation: "delete",
        text: /(?:redis|server)\.p?call\(\s*['"](?:flushall|flushdb|del|unlink)['"]/i,
        effects: lost,
        because: "a script deletes keys",
      },
      {
        operation: "replicate",
        on: /^(?:slaveof|replicaof) (?!no one)/i,
        effects: lost,
        because: "what is there is replaced by another server's data",
      },
      {
        operation: "shutdown",
        on: /^(?:shutdown|debug (?:segfault|sleep|panic|oom))\b/i,
        effects: ["process_kill"],
        because: "the server is stopped",
      },
      {
        operation: "run_program",
        on: /^(?:module load(?:ex)?|config set (?:dir|dbfilename|logfile))\b/i,
        effects: ["remote_code_execution"],
        because: "the server writes files of its own choice, or loads code",
      },
      {
        operation: "change_rights",
        on: /^(?:acl (?:setuser|deluser|load)|config set (?:requirepass|masterauth|masteruser|protected-mode|bind|enable-\S+))\b/i,
        effects: ["privilege_change"],
        because: "who may use the server changes",
      },
      {
        operation: "change_server",
        on: /^(?:swapdb|failover|cluster (?:failover|forget|delslots|setslot)|config set (?:save|appendonly|replica-read-only))\b/i,
        effects: removed,
        because: "what clients find changes, or is not kept any more",
      },
      {
        operation: "change_cluster",
        with: / --cluster=(?:del-node|import|fix)\b/,
        effects: removed,
        because: "a part of the cluster is taken away or filled anew",
      },
    ],
  },
  {
    programs: ["mongosh", "mongo"],
    provider: "mongodb",
    valued: "--eval --host --port -u --username -p --password --authenticationDatabase -f --file",
    hosts: ["--host"],
    variables: ["MONGODB_URI", "MONGO_URL"],
    verbs: [
      {
        operation: "delete",
        text: /\b(?:dropDatabase|drop|dropCollection|dropAllUsers)\s*\(|\b(?:deleteMany|remove|updateMany)\s*\(\s*(?:\{\s*\}|\)|\{\s*_id\s*:\s*\{\s*\$(?:exists|ne)\b)|\b(?:runCommand|adminCommand)\s*\(\s*\{\s*["']?(?:drop|dropDatabase|dropAllUsersFromDatabase)["']?\s*:|\bdeleteMany["']?\s*:\s*\{\s*["']?filter["']?\s*:\s*\{\s*\}|\bdeletes["']?\s*:\s*\[\s*\{\s*["']?q["']?\s*:\s*\{\s*\}|\b(\w{1,40})\s*=\s*\{\s*\}\s*;?[^]{0,400}?\b(?:deleteMany|remove|updateMany)\s*\(\s*\1\b|\$out\b["']?\s*:|\[\s*["'](?:drop|dropDatabase|deleteMany|remove)["']\s*\]\s*\(|\b(?:deleteMany|remove)\s*\(\s*\{\s*["']?\$where["']?\s*:\s*["'](?:true|1|return true;?)["']|\bdropTarget["']?\s*:\s*true|\brenameCollection\([^)]*,\s*true\s*\)/,
        effects: lost,
        because: "documents or collections are deleted",
      },
      {
        operation: "shutdown",
        text: /\bshutdownServer\s*\(|\bshutdown\s*:\s*1/,
        effects: ["process_kill"],
        because: "the server is stopped",
      },
      {
        operation: "drop_user",
        text: /\bdrop(?:User|Role)\s*\(|\bgrantRolesToUser\s*\(|\bcreateUser\s*\([\s\S]*(?:["']root["']|__system|AnyDatabase)|\bdropAllRoles(?:FromDatabase)?\b/,
        effects: ["privilege_change"],
        because: "accounts of the database change",
      },
      {
        operation: "change_cluster",
        text: /\b(?:rs|sh)\.(?:remove\w*|reconfig|stepDown)\s*\(|\bfsyncLock\s*\(/,
        effects: removed,
        because: "a part of the cluster is taken away or put out of use",
      },
      {
        operation: "drop_index",
        text: /\bdropIndex(?:es)?\s*\(/,
        effects: removed,
        because: "indexes are dropped",
      },
    ],
  },
  {
    programs: ["mongorestore", "mongoimport"],
    provider: "mongodb",
    valued:
      "--host --uri --db -d --collection -c --file --nsInclude --nsFrom --nsTo -u -p --authenticationDatabase --dir",
    hosts: ["--host", "--uri"],
    verbs: [
      {
        operation: "delete",
        with: / --drop /,
        effects: lost,
        because: "collections are dropped before the restore",
      },
    ],
  },
  {
    programs: ["dropdb"],
    provider: "postgres",
    valued: dropOptions,
    hosts: ["-h", "--host"],
    variables: ["PGHOST"],
    verbs: [{ operation: "delete", on: /\S/, effects: lost, because: "a database is dropped" }],
  },
  {
    programs: ["dropuser"],
    provider: "postgres",
    valued: dropOptions,
    hosts: ["-h", "--host"],
    variables: ["PGHOST"],
    verbs: [
      {
        operation: "drop_role",
        on: /\S/,
        effects: ["privilege_change"],
        because: "an account of the database is dropped",
      },
    ],
  },
  {
    programs: ["pg_restore"],
    provider: "postgres",
    valued: postgresOptions,
    hosts: ["-h", "--host"],
    variables: ["PGHOST"],
    verbs: [
      {
        operation: "delete",
        with: / (?:-c|--clean) /,
        without: / (?:-f|--file|-l|--list)[ =]/,
        effects: lost,
        because: "what is there is dropped before the restore",
      },
    ],
  },
  {
    programs: ["mysqladmin", "mariadb-admin"],
    provider: "mysql",
    valued: "-h --host -P --port -u --user -S --socket",
    hosts: ["-h", "--host"],
    variables: ["MYSQL_HOST"],
    verbs: [
      { operation: "delete", on: /(?:^| )drop\b/, effects: lost, because: "a database is dropped" },
      {
        operation: "shutdown",
        on: /(?:^| )(?:shutdown|kill)\b/,
        effects: ["process_kill"],
        because: "the server is stopped",
      },
    ],
  },
  {
    programs: ["cypher-shell"],
    provider: "neo4j",
    valued: "-a --address -u --username -p --password -d --database -f --file",
    hosts: ["-a", "--address"],
    variables: ["NEO4J_URI"],
    verbs: [
      {
        operation: "delete",
        text: /\bdrop\s+database\b|\bmatch\s*\([^)]*\)\s*(?:detach\s+)?delete\b|\bdetach\s+delete\b(?![\s\S]*\bwhere\b)/i,
        effects: lost,
        because: "nodes are deleted",
      },
    ],
  },
  {
    programs: ["influx", "influxd"],
    provider: "influxdb",
    valued:
      "-host -port -execute -database --host --bucket -b --org -o --start --stop --predicate -p --token -t --name -n --id -i",
    hosts: ["--host", "-host"],
    variables: ["INFLUX_HOST"],
    verbs: [
      {
        operation: "delete",
        on: /^(?:delete|bucket delete|org delete|restore)\b/,
        effects: lost,
        because: "stored data is deleted",
      },
      {
        operation: "delete",
        text: /\bdrop\s+(?:database|measurement|series|retention\s+policy)\b|\bdelete\s+from\b(?![\s\S]*\bwhere\b)/i,
        effects: lost,
        because: "stored data is deleted",
      },
    ],
  },
  {
    programs: ["etcdctl"],
    provider: "etcd",
    valued: "--endpoints --cacert --cert --key --user --range-end",
    hosts: ["--endpoints"],
    variables: ["ETCDCTL_ENDPOINTS"],
    verbs: [
      { operation: "delete", on: /^(?:del|rm|rmdir)\b/, effects: lost, because: "keys are deleted" },
      {
        operation: "member_remove",
        on: /^(?:member remove|auth disable|user delete|role delete)\b/,
        effects: removed,
        because: "a part of the cluster is taken away",
      },
    ],
  },
  {
    programs: ["consul"],
    provider: "consul",
    valued: "-http-addr -token -datacenter",
    singleDash: true,
    hosts: ["-http-addr"],
    variables: ["CONSUL_HTTP_ADDR"],
    verbs: [
      {
        operation: "reveal",
        on: /^(?:acl (?:token (?:read|create|clone)|bootstrap)|keyring\b|login\b)/,
        effects: revealed,
        because: "tokens are printed",
        access: "read",
      },
      {
        operation: "delete",
        on: /^(?:kv delete|snapshot restore|config delete)\b/,
        effects: lost,
        because: "stored data is deleted",
      },
      {
        operation: "leave",
        on: /^(?:leave|force-leave|acl \S+ delete)\b/,
        effects: removed,
        because: "a part of the cluster is taken away",
      },
    ],
  },
  {
    programs: ["zkCli.sh", "zkCli", "zookeeper-shell", "zookeeper-shell.sh"],
    provider: "zookeeper",
    valued: "-server",
    singleDash: true,
    hosts: ["-server"],
    lines: true,
    verbs: [
      {
        operation: "delete",
        on: /(?:^| )(?:deleteall|rmr|delete)\b/,
        effects: lost,
        because: "nodes are deleted",
      },
    ],
  },
  {
    programs: ["hdfs", "hadoop"],
    provider: "hadoop",
    singleDash: true,
    remote: true,
    verbs: [
      {
        operation: "delete",
        on: /^(?:dfs|fs)\b/,
        with: / (?:-rmr|-rm|-expunge) /,
        effects: lost,
        because: "files of the cluster are deleted",
      },
      {
        operation: "format",
        on: /^namenode\b/,
        with: / -format /,
        effects: lost,
        because: "the name node is formatted",
      },
    ],
  },
  {
    programs: ["couchbase-cli"],
    provider: "couchbase",
    valued: "-c --cluster -u --username -p --password --bucket",
    hosts: ["-c", "--cluster"],
    verbs: [
      {
        operation: "delete",
        on: /^bucket-(?:delete|flush)\b/,
        effects: lost,
        because: "a bucket is deleted or emptied",
      },
    ],
  },
];

const storeTools: ProgramRule = verbRule(tools, {
  matches: [
    { command: "redis-cli FLUSHALL", actions: ["redis:delete"] },
    { command: "echo flushdb | redis-cli -n 1", actions: ["redis:delete"] },
    {
      command: "redis-cli -h cache.example.com --scan --pattern 'a:*' | xargs redis-cli del",
      actions: ["redis:delete"],
    },
    { command: "mongosh --eval 'db.dropDatabase()'", actions: ["mongodb:delete"] },
    { command: "mongosh <<< 'db.users.deleteMany({})'", actions: ["mongodb:delete"] },
    { command: "mongorestore --drop dump/", actions: ["mongodb:delete"] },
    { command: "dropdb shop", actions: ["postgres:delete"] },
    { command: "dropdb --if-exists -f shop", actions: ["postgres:delete"] },
    { command: "redis-cli --user x ACL SETUSER y on +@all", actions: ["redis:change_rights"] },
    { command: "printf 'FLUSHALL\\r\\n' | nc localhost 6379", actions: ["redis:delete"] },
    { command: "mongosh --eval 'db.a.aggregate([{$out: \"b\"}])'", actions: ["mongodb:delete"] },
    { command: "echo \"drop 'users'\" | hbase shell", actions: ["hbase:delete"] },
    { command: "nodetool clearsnapshot --all", actions: ["cassandra:delete"] },
    { command: "snow object drop table users", actions: ["snowflake:delete"] },
    { command: "atlas clusters delete shop --force", actions: ["mongodb-atlas:delete"] },
    { command: "pg_resetwal -f /var/lib/pg", actions: ["postgres:reset"] },
    { command: "pg_restore --clean --if-exists -d shop shop.dump", actions: ["postgres:delete"] },
    { command: "mysqladmin -u root drop shop", actions: ["mysql:delete"] },
    { command: "cypher-shell 'MATCH (n) DETACH DELETE n'", actions: ["neo4j:delete"] },
    { command: "etcdctl del --prefix /", actions: ["etcd:delete"] },
    { command: "consul kv delete -recurse config/", actions: ["consul:delete"] },
    { command: "consul acl token read -id 1", actions: ["consul:reveal"] },
    { command: "hdfs dfs -rm -r /data", actions: ["hadoop:delete"] },
  ],
  misses: [
    { command: "redis-cli GET key", actions: ["redis:delete"] },
    {
      command: "redis-cli CONFIG SET maxmemory 100mb",
      actions: ["redis:change_server", "redis:change_rights"],
    },
    { command: "redis-cli XTRIM events MAXLEN 1000", actions: ["redis:delete"] },
    { command: "echo hello | nc localhost 6379", actions: ["redis:delete"] },
    { command: "nodetool status", actions: ["cassandra:delete"] },
    { command: "atlas schema inspect -u sqlite://x", actions: ["mongodb-atlas:delete"] },
    { command: "redis-cli -h localhost ping", actions: ["redis:delete"] },
    { command: "mongosh --eval 'db.users.find({})'", actions: ["mongodb:delete"] },
    { command: "mongosh --eval 'db.users.deleteMany({ stale: true })'", actions: ["mongodb:delete"] },
    { command: "dropdb --help", actions: ["postgres:delete"] },
    { command: "pg_restore -l shop.dump", actions: ["postgres:delete"] },
    { command: "pg_dump -c shop", actions: ["postgres:delete"] },
    { command: "etcdctl get /a", actions: ["etcd:delete"] },
    { command: "hdfs dfs -ls /data", actions: ["hadoop:delete"] },
  ],
});

/** Tools of stores and servers, and what sends rows away. */
export const databaseTools: ProgramRule = together(storeTools, databaseLeaks);
