import type { ProgramRule } from "../scope.ts";
import { lost, removed, revealed, verbRule, type Tool, type Verb } from "./verb-rules.ts";

function deletes(on: RegExp, because: string, more: Partial<Verb> = {}): Verb {
  return { operation: "delete", on, effects: lost, because, ...more };
}

const snapshots = "backups are deleted";
const elsewhere = "files at the destination are deleted";

/** Backups, and copies in object stores: what is deleted here is what everything else would be restored from. */
const tools: readonly Tool[] = [
  {
    programs: ["restic", "rustic"],
    provider: "restic",
    valued:
      "-r --repo -p --password-file --repository-file --tag --host -H --path --keep-last --keep-daily --keep-weekly --keep-monthly --keep-yearly --keep-within --keep-tag -o",
    hosts: ["-r", "--repo"],
    variables: ["RESTIC_REPOSITORY"],
    idle: / -n /,
    verbs: [
      deletes(/^(?:forget|prune)\b/, snapshots),
      deletes(/^rewrite\b/, snapshots, { with: / --forget / }),
      {
        operation: "key_remove",
        on: /^key remove\b/,
        effects: removed,
        because: "a key of the repository is taken away",
      },
    ],
  },
  {
    programs: ["borg", "borgmatic"],
    provider: "borg",
    valued:
      "-r --repo -a --glob-archives -P --prefix --keep-daily --keep-weekly --keep-monthly --keep-yearly --keep-within --keep-last -c --config --archive",
    hosts: ["-r", "--repo"],
    variables: ["BORG_REPO"],
    idle: / -n /,
    verbs: [deletes(/^(?:delete|prune|repo-delete)\b/, snapshots)],
  },
  {
    programs: ["kopia"],
    provider: "kopia",
    verbs: [
      deletes(/^(?:snapshot|snap) (?:delete|remove|rm)\b|^(?:blob|content) (?:delete|rm)\b/, snapshots),
      deletes(/^(?:snapshot|snap) expire\b/, snapshots, { with: / --delete / }),
    ],
  },
  {
    programs: ["duplicity", "duply"],
    provider: "duplicity",
    valued: "--encrypt-key --sign-key --name --archive-dir",
    verbs: [
      // Without the flag it only lists what it would delete.
      deletes(/^(?:remove-|cleanup\b|purge)/, snapshots, { with: / --force / }),
    ],
  },
  {
    programs: ["velero"],
    provider: "velero",
    valued: "-n --namespace --selector -l --kubeconfig --kubecontext",
    remote: true,
    verbs: [
      deletes(/^(?:backup delete|delete backups?)\b/, snapshots),
      {
        operation: "remove",
        on: /^(?:uninstall|(?:schedule|restore|backup-location|snapshot-location) delete|delete (?:schedules?|restores?))\b/,
        effects: removed,
        because: "a part of the backup system is taken away",
      },
    ],
  },
  {
    programs: ["pgbackrest", "barman", "wal-g", "wal-e"],
    provider: "database-backup",
    valued: "--stanza --repo --config --type --target",
    verbs: [
      deletes(/(?:^| )(?:stanza-delete|expire|delete)(?: |$)/, snapshots),
      {
        operation: "restore",
        on: /^restore\b/,
        with: / --delta /,
        effects: lost,
        because: "the database is overwritten by the backup",
      },
    ],
  },
  {
    programs: ["rclone"],
    provider: "rclone",
    valued:
      "--config --include --exclude --filter --filter-from --include-from --exclude-from --transfers --checkers --bwlimit --log-file --log-level --max-age --min-age --max-size --min-size --backup-dir --suffix",
    idle: / -n /,
    verbs: [
      deletes(
        /^(?:purge|delete|deletefile|rmdir|rmdirs|cleanup) \S*:/,
        "files in remote storage are deleted",
        { operation: "delete_remote", reach: "remote" },
      ),
      {
        operation: "move_remote",
        on: /^(?:move|moveto) \S+:/,
        effects: removed,
        because: "files in remote storage are moved away",
      },
      deletes(/^(?:purge|delete|deletefile) (?!\S*:)/, "files are deleted"),
      {
        operation: "sync",
        on: /^(?:sync|bisync)\b/,
        without: / --backup-dir(?:=| )/,
        effects: removed,
        because: elsewhere,
      },
      {
        operation: "reveal",
        on: /^config (?:show|dump|file show)\b|^reveal\b/,
        effects: revealed,
        because: "stored credentials are printed",
        access: "read",
      },
    ],
  },
  {
    programs: ["s3cmd", "s5cmd", "s4cmd"],
    provider: "object-storage",
    valued: "-c --config --access_key --secret_key --region --endpoint-url --profile --exclude --include",
    remote: true,
    idle: / -n /,
    verbs: [
      deletes(/^(?:rb|expire)\b/, "a bucket is deleted"),
      deletes(/^(?:del|rm)\b/, "objects are deleted", { with: / (?:-r|--recursive|-f|--force) / }),
      deletes(/^(?:del|rm) .*(?:\*|\/$)/, "objects are deleted"),
      { operation: "delete_object", on: /^(?:del|rm)\b/, effects: removed, because: "an object is deleted" },
      { operation: "sync", on: /^sync\b/, with: / --delete(?:-\S+)? /, effects: removed, because: elsewhere },
    ],
  },
  {
    programs: ["mc", "mcli"],
    provider: "object-storage",
    valued: "--older-than --newer-than --config-dir -C",
    remote: true,
    verbs: [
      deletes(/^rb\b/, "a bucket is deleted"),
      deletes(/^(?:rm|undo)\b/, "objects are deleted", {
        with: / (?:-r|--recursive|--versions|--incomplete) /,
      }),
      { operation: "delete_object", on: /^rm\b/, effects: removed, because: "an object is deleted" },
      { operation: "sync", on: /^mirror\b/, with: / --remove /, effects: removed, because: elsewhere },
    ],
  },
  {
    programs: ["colima", "limactl", "lima", "orb", "orbctl"],
    provider: "machines",
    valued: "-p --profile",
    verbs: [
      deletes(/^(?:delete|rm|factory-reset|reset|nuke)\b/, "a virtual machine is deleted with its volumes"),
    ],
  },
];

export const backups: ProgramRule = verbRule(tools, {
  matches: [
    { command: "restic forget --keep-last 1 --prune", actions: ["restic:delete"] },
    { command: "restic -r s3:s3.amazonaws.com/b prune", actions: ["restic:delete"] },
    { command: "borg delete ssh://host/./repo::monday", actions: ["borg:delete"] },
    { command: "velero backup delete nightly --confirm", actions: ["velero:delete"] },
    { command: "pgbackrest --stanza=main stanza-delete --force", actions: ["database-backup:delete"] },
    { command: "duplicity remove-all-but-n-full 1 --force file:///b", actions: ["duplicity:delete"] },
    { command: "rclone purge remote:bucket", actions: ["rclone:delete_remote"] },
    { command: "rclone sync ./dist remote:site", actions: ["rclone:sync"] },
    { command: "rclone config show", actions: ["rclone:reveal"] },
    { command: "s3cmd del --recursive --force s3://bucket/", actions: ["object-storage:delete"] },
    { command: "mc rb --force store/bucket", actions: ["object-storage:delete"] },
    { command: "kopia snapshot delete k123 --delete", actions: ["kopia:delete"] },
  ],
  misses: [
    { command: "restic backup ~/work", actions: ["restic:delete"] },
    { command: "restic forget --dry-run --keep-last 1", actions: ["restic:delete"] },
    { command: "restic snapshots", actions: ["restic:delete"] },
    { command: "borg list repo", actions: ["borg:delete"] },
    { command: "velero backup describe nightly", actions: ["velero:delete"] },
    { command: "duplicity remove-all-but-n-full 1 file:///b", actions: ["duplicity:delete"] },
    { command: "rclone copy ./dist remote:site", actions: ["rclone:sync", "rclone:delete"] },
    { command: "rclone sync -n ./dist remote:site", actions: ["rclone:sync"] },
    { command: "mc ls store/bucket", actions: ["object-storage:delete"] },
  ],
});
