/**
 * What is done on this machine, in words for people: `provider:operation` → a sentence without its end, in which `{}` stands
 * for the target. Operations of outside systems have their words in the catalogue.
 */
const words: { readonly [action: string]: string } = {
  "fs:delete": "delete {}",
  "fs:delete_found": "delete the files that a search finds in {}",
  "fs:wipe": "overwrite {} so that nothing brings it back",
  "fs:read": "read {}",
  "fs:write": "write {}",
  "fs:write_below": "write files below {}",
  "fs:write_watched": "write {}, which another program runs",
  "fs:move": "move {}",
  "fs:link": "link {}",
  "fs:fill": "fill the disk at {}",
  "fs:search": "search {}",
  "fs:search_home": "search the home folder: {}",
  "git:push_force": "overwrite the history of a remote branch: {}",
  "git:push_mirror": "make a remote exactly like this repository, and delete the rest there: {}",
  "git:push_elsewhere": "push to another remote: {}",
  "git:delete_remote_branch": "delete a branch at the remote: {}",
  "git:delete_branch": "delete a branch, merged or not: {}",
  "git:reset_hard": "throw away all uncommitted changes, and move the branch: {}",
  "git:clean": "delete files that git does not track: {}",
  "git:discard_changes": "throw away uncommitted changes in {}",
  "git:remove_files": "delete files of the working tree: {}",
  "git:stash_drop": "throw away stashed work: {}",
  "git:rewrite_history": "rewrite the history of a repository: {}",
  "git:run_configured": "run a command that git's configuration names: {}",
  "git:configure_command": "set a command that git runs by itself: {}",
  "git:stage_secret": "add a secret to git: {}",
  "shell:opaque": "run something that cannot be read beforehand: {}",
  "shell:run_remote_code": "run code that comes from the network, with {}",
  "shell:prepare_remote_code": "prepare to run code that comes from the network: {}",
  "shell:run_installer": "run an installer that comes from the network: {}",
  "network:upload": "send {} to another machine",
  "network:leak": "send data out under cover: {}",
  "network:send_environment": "send environment variables to another machine: {}",
  "network:remote_shell": "give another machine a shell on this one: {}",
  "network:raw_connection": "open a bare connection to {}",
  "network:open_tunnel": "let others reach this machine through a tunnel: {}",
  "network:serve_files": "let others read files of this machine: {}",
  "network:read_metadata": "ask the cloud machine for its own credentials: {}",
  "network:download": "download {}",
  "system:modify": "change a part of the system: {}",
  "system:change_permissions": "change who may use {}",
  "system:change_account": "change an account of this machine: {}",
  "system:become_user": "work as another user: {}",
  "system:schedule": "set up what runs by itself later: {}",
  "system:service": "change what this machine runs: {}",
  "system:shutdown": "stop or restart this machine: {}",
  "system:registry": "change the registry: {}",
  "system:delete_backups": "delete backups of this machine: {}",
  "system:remove": "remove a part of the system: {}",
  "system:remove_tool": "remove a tool from this machine: {}",
  "system:weaken": "weaken the protection of this machine: {}",
  "system:set_clock": "set the clock of this machine: {}",
  "system:clear": "clear what this machine has kept: {}",
  "system:mine": "mine cryptocurrency: {}",
  "process:kill": "end processes: {}",
  "process:exhaust": "start processes until the machine stands still",
  "process:hold": "hold processes up: {}",
  "process:preload_code": "load code into every program: {}",
  "process:print_environment": "show environment variables: {}",
  "process:print_variable": "show an environment variable: {}",
  "process:read_keyring": "read the keyring: {}",
  "disk:overwrite": "overwrite the disk {}",
  "keys:overwrite": "overwrite a key: {}",
  "keys:hand_to_agent": "hand a key to a program that others may use: {}",
  "agent:start_unguarded": "start another agent without its own safeguards: {}",
  "agent:disable_guard": "switch off an agent's safeguards: {}",
  "agent:widen": "let an agent do more by itself: {}",
  "packages:untrusted_source": "install from a source that nobody vouches for: {}",
  "packages:install_from_address": "install a package from an address: {}",
  "rsync:mirror": "make a folder exactly like another, and delete the rest there: {}",
  "editor:disable_extension": "switch off an editor's extension: {}",
  "editor:read_state": "read what the editor keeps: {}",
};

/** How programs are written that are not called as their command is. */
const titles: { readonly [provider: string]: string } = {
  mysql: "MySQL",
  mssql: "SQL Server",
  mongodb: "MongoDB",
  sqlite: "SQLite",
  rabbitmq: "RabbitMQ",
  influxdb: "InfluxDB",
  clickhouse: "ClickHouse",
  git: "git",
  npm: "npm",
  sql: "SQL",
  dns: "DNS",
};

/** The words for an action; undefined where the table has none. */
export function localWords(actionId: string): string | undefined {
  return Object.hasOwn(words, actionId) ? words[actionId] : undefined;
}

/** A program's name for people: `postgres` → `Postgres`. */
export function titleOf(provider: string): string {
  const known = Object.hasOwn(titles, provider) ? titles[provider] : undefined;
  return known ?? `${provider.slice(0, 1).toUpperCase()}${provider.slice(1)}`.replaceAll(/[-_]/g, " ");
}
