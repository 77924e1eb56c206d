import type { ProgramRule } from "../scope.ts";
import { destroyed, lost, removed, verbRule, type Tool } from "./verb-rules.ts";

const kafkaOptions =
  "--bootstrap-server --zookeeper --broker-list --topic --group --command-config --partitions --replication-factor --config --offset-json-file --to-offset --to-datetime --entity-type --entity-name --add-config --delete-config --from-file";

/** Message queues, streams and search. Messages that were not read yet are gone with their queue. */
const tools: readonly Tool[] = [
  {
    programs: [
      "kafka-topics",
      "kafka-topics.sh",
      "kafka-consumer-groups",
      "kafka-consumer-groups.sh",
      "kafka-delete-records",
      "kafka-delete-records.sh",
      "kafka-configs",
      "kafka-configs.sh",
      "kafka-acls",
      "kafka-acls.sh",
      "kafka-storage",
      "kafka-storage.sh",
    ],
    provider: "kafka",
    valued: kafkaOptions,
    hosts: ["--bootstrap-server", "--zookeeper", "--broker-list"],
    verbs: [
      {
        operation: "delete",
        with: / (?:--delete|--offset-json-file=\S+) /,
        effects: lost,
        because: "messages or offsets are deleted",
      },
      {
        operation: "reset_offsets",
        with: / --reset-offsets .*--execute | --execute .*--reset-offsets /,
        effects: removed,
        because: "consumers lose their place",
      },
      {
        operation: "shorten_retention",
        with: / --(?:add-config|config)=\S*(?:retention\.(?:ms|bytes)=\d{1,7}(?!\d)|cleanup\.policy=)/,
        effects: removed,
        because: "messages are kept for a shorter time",
      },
      {
        operation: "remove_rights",
        with: / --remove /,
        effects: ["privilege_change"],
        because: "rights are taken away",
      },
      { operation: "format", on: /^format\b/, effects: lost, because: "the log folders are formatted" },
    ],
  },
  {
    programs: ["kafka-streams-application-reset", "kafka-streams-application-reset.sh"],
    provider: "kafka",
    valued: `${kafkaOptions} --application-id --input-topics --intermediate-topics --internal-topics`,
    hosts: ["--bootstrap-server", "--bootstrap-servers"],
    verbs: [
      {
        operation: "reset",
        effects: lost,
        because: "offsets and internal topics of an application are deleted",
      },
    ],
  },
  {
    programs: ["rpk"],
    provider: "kafka",
    valued: "--brokers -X",
    hosts: ["--brokers"],
    verbs: [
      {
        operation: "delete",
        on: /^(?:topic (?:delete|trim-prefix)|group delete)\b/,
        effects: lost,
        because: "messages or offsets are deleted",
      },
      {
        operation: "delete_cluster",
        on: /^cloud (?:cluster|namespace|resource-group) delete\b/,
        effects: destroyed,
        because: "a cluster is deleted",
      },
      {
        operation: "change_server",
        on: /^(?:cluster config (?:set|edit|import)|cluster partitions (?:disable|unsafe-recover)|redpanda admin brokers decommission|acl delete|security \S+ delete)\b/,
        effects: removed,
        because: "what the cluster keeps, or for whom, changes",
      },
    ],
  },
  {
    programs: ["kafkactl", "kaf"],
    provider: "kafka",
    valued: "-b --brokers -c --cluster --context -C --config-file",
    hosts: ["-b", "--brokers"],
    verbs: [
      {
        operation: "delete",
        on: /^(?:delete (?:topic|records|consumer-group|consumer-group-offset)|topic delete|group delete)\b/,
        effects: lost,
        because: "messages or offsets are deleted",
      },
      {
        operation: "reset_offsets",
        on: /^(?:reset consumer-group-offset|group commit)\b/,
        effects: removed,
        because: "consumers lose their place",
      },
    ],
  },
  {
    programs: ["confluent", "ccloud"],
    provider: "confluent",
    valued: "--cluster --environment",
    remote: true,
    verbs: [
      { operation: "delete", on: /\btopic delete\b/, effects: lost, because: "messages are deleted" },
      {
        operation: "delete_cluster",
        on: /\b(?:cluster|environment|connector|ksql) delete\b|^environment delete\b/,
        effects: destroyed,
        because: "a part of the platform is deleted",
      },
      { operation: "delete_key", on: /\bapi-key delete\b/, effects: removed, because: "a key is taken away" },
    ],
  },
  {
    programs: ["rabbitmqctl", "rabbitmqadmin", "rabbitmq-queues"],
    provider: "rabbitmq",
    valued: "-n --node -p --vhost -H --host -P --port -u --username -V",
    hosts: ["-H", "--host"],
    verbs: [
      {
        operation: "delete",
        on: /^(?:delete_queue|purge_queue|delete_vhost|reset|force_reset|forget_cluster_node|delete (?:queue|exchange|vhost)|purge queue)\b/,
        effects: lost,
        because: "messages are deleted",
      },
      {
        operation: "delete_user",
        on: /^(?:delete_user|clear_permissions|delete user|clear_password)\b/,
        effects: ["privilege_change"],
        because: "an account is taken away",
      },
      {
        operation: "run_code",
        on: /^eval\b/,
        text: /delete|purge|stop|reset|os:cmd|halt|file:/,
        effects: ["remote_code_execution"],
        because: "code is run inside of the server",
      },
      {
        operation: "stop",
        on: /^(?:stop|stop_app|shutdown)\b/,
        effects: ["process_kill"],
        because: "the server is stopped",
      },
    ],
  },
  {
    programs: ["nats"],
    provider: "nats",
    valued: "-s --server --context --creds --user --password",
    hosts: ["-s", "--server"],
    verbs: [
      {
        operation: "delete",
        on: /^(?:(?:stream|str) (?:rm|del|delete|purge)|(?:kv|object|obj) (?:rm|del|delete|purge)|account restore)\b/,
        effects: lost,
        because: "messages or values are deleted",
      },
      {
        operation: "remove_consumer",
        on: /^(?:consumer|con) (?:rm|del|delete)\b/,
        effects: removed,
        because: "a consumer loses its place",
      },
    ],
  },
  {
    programs: ["pulsar-admin"],
    provider: "pulsar",
    valued: "--admin-url",
    hosts: ["--admin-url"],
    verbs: [
      {
        operation: "delete",
        on: /^(?:topics|namespaces|tenants|clusters|persistent) (?:delete|clear-backlog|truncate|delete-partitioned-topic)\b/,
        effects: lost,
        because: "messages are deleted",
      },
    ],
  },
  {
    programs: ["celery", "rq"],
    provider: "jobs",
    valued: "-A --app -b --broker -u --url -Q",
    hosts: ["-b", "--broker", "-u", "--url"],
    verbs: [
      {
        operation: "purge",
        on: /(?:^| )(?:purge|empty|amqp queue\.purge)\b/,
        effects: lost,
        because: "jobs that wait are deleted",
      },
      {
        operation: "stop",
        on: /(?:^| )control (?:shutdown|revoke|terminate|cancel_consumer)\b/,
        effects: ["process_kill"],
        because: "workers or their tasks are stopped",
      },
    ],
  },
  {
    programs: ["temporal", "tctl"],
    provider: "temporal",
    valued: "--address --namespace -n --workflow-id -w --query -q --reason",
    hosts: ["--address"],
    variables: ["TEMPORAL_ADDRESS"],
    verbs: [
      {
        operation: "delete",
        on: /^(?:workflow delete|operator namespace delete|namespace delete)\b/,
        effects: lost,
        because: "histories are deleted",
      },
      {
        operation: "terminate",
        on: /^workflow (?:terminate|cancel|reset)\b/,
        effects: removed,
        because: "work under way is stopped",
      },
    ],
  },
  {
    programs: ["curator", "curator_cli", "solr", "opensearch-cli"],
    provider: "search",
    valued: "--host --hosts --port -c",
    hosts: ["--host", "--hosts"],
    verbs: [
      {
        operation: "delete",
        on: /(?:^| )(?:delete|delete-indices|delete_indices|delete-snapshots)\b/,
        effects: lost,
        because: "an index is deleted",
      },
    ],
  },
];

export const queues: ProgramRule = verbRule(tools, {
  matches: [
    {
      command: "kafka-topics.sh --bootstrap-server k:9092 --delete --topic orders",
      actions: ["kafka:delete"],
    },
    {
      command: "kafka-configs --bootstrap-server k:9092 --alter --topic o --add-config retention.ms=1",
      actions: ["kafka:shorten_retention"],
    },
    { command: "rabbitmqctl purge_queue jobs", actions: ["rabbitmq:delete"] },
    { command: "nats stream rm ORDERS -f", actions: ["nats:delete"] },
    { command: "celery -A app purge -f", actions: ["jobs:purge"] },
    { command: "rpk topic delete orders", actions: ["kafka:delete"] },
    { command: "kafkactl delete topic orders", actions: ["kafka:delete"] },
    { command: "temporal workflow terminate -w x", actions: ["temporal:terminate"] },
  ],
  misses: [
    { command: "kafka-topics.sh --bootstrap-server k:9092 --list", actions: ["kafka:delete"] },
    { command: "kafka-topics --describe --topic delete", actions: ["kafka:delete"] },
    {
      command:
        "kafka-configs --bootstrap-server k:9092 --alter --topic o --add-config retention.ms=604800000",
      actions: ["kafka:shorten_retention"],
    },
    { command: "rabbitmqctl list_queues", actions: ["rabbitmq:delete"] },
    { command: "nats stream ls", actions: ["nats:delete"] },
    { command: "celery -A app worker -l info", actions: ["jobs:purge"] },
  ],
});
