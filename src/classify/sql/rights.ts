import type { SqlFinding } from "./finding.ts";
import type { SqlToken } from "./tokens.ts";

/** Rights and accounts: what gives somebody everything is a change of privileges, the rest is set-up work. */
export function judgeRights(tokens: readonly SqlToken[]): readonly SqlFinding[] {
  const [first, second] = tokens;
  switch (first?.key) {
    case "grant":
      return [given(tokens)];
    case "revoke":
      return [change("revoke", targetOf(tokens, "from"), "rights are taken away")];
    case "alter":
    case "create":
      return /^(?:user|role|login|group)$/.test(second?.key ?? "")
        ? [account(tokens, `${first.key}_role`)]
        : [];
    case "set":
      return /^(?:global|persist)$/.test(second?.key ?? "") ||
        /^@@(?:global|persist)/i.test(second?.text ?? "")
        ? [setting(tokens)]
        : [];
    default:
      return [];
  }
}

/** Roles and privileges that are everything, or lead to it. */
const rulers =
  /^(?:superuser|rds_superuser|cloudsqlsuperuser|pg_execute_server_program|pg_write_all_data|pg_(?:read|write)_server_files|accountadmin|securityadmin|sysadmin|sysdba|super|file|dba|db_owner|control)$/i;

/** Settings of the whole server: those that make it write files, run code, or stop keeping what it is given. */
function setting(tokens: readonly SqlToken[]): SqlFinding {
  const object =
    tokens.slice(1, 5).find(({ text }) => !/^(?:global|persist|@@global|@@persist|\.)$/i.test(text))?.text ??
    "";
  const strong =
    /(?:_file|_dir|_path)$|general_log|init_connect|init_file|secure_|local_infile|read_only|sql_log_bin|log_bin|trust_function|event_scheduler|skip_|foreign_key|flush_log|sync_binlog/i.test(
      object,
    );
  return {
    operation: "set_global",
    effects: strong ? ["system_modification"] : ["infrastructure_change"],
    object,
    because: "the server's settings change",
  };
}

function given(tokens: readonly SqlToken[]): SqlFinding {
  const to = targetOf(tokens, "to");
  const on = tokens.findIndex(({ key }) => key === "on");
  const everything =
    on > 0 && tokens[on + 1]?.key === "*" && tokens[on + 2]?.key === "." && tokens[on + 3]?.key === "*";
  const passes = tokens.some(
    ({ key }, index) => /^(?:grant|admin)$/.test(key) && tokens[index - 1]?.key === "with",
  );
  const end = tokens.findIndex(({ key }, index) => index > 0 && (key === "on" || key === "to"));
  const powerful = tokens.slice(1, end < 0 ? undefined : end).some(({ text }) => rulers.test(text));
  const writes = tokens
    .slice(1, on)
    .some(({ key }) => /^(?:all|insert|update|delete|truncate|create)$/.test(key));
  const everybody = on > 0 && writes && /^public$/i.test(to);
  return everything || passes || powerful || everybody
    ? {
        operation: "grant",
        effects: ["privilege_change"],
        object: to,
        because: "rights over everything are given",
      }
    : change("grant", to, "rights are given");
}

function account(tokens: readonly SqlToken[], operation: string): SqlFinding {
  const object = tokens[2]?.text ?? "";
  const powerful = tokens.some(({ key }) =>
    /^(?:superuser|createrole|bypassrls|replication|accountadmin)$/.test(key),
  );
  return powerful
    ? { operation, effects: ["privilege_change"], object, because: "an account gets rights over everything" }
    : change(operation, object, "an account of the database changes");
}

function change(operation: string, object: string, because: string): SqlFinding {
  return { operation, effects: ["infrastructure_change"], object, because };
}

function targetOf(tokens: readonly SqlToken[], before: string): string {
  const at = tokens.findIndex(({ key }) => key === before);
  return at < 0 ? "" : (tokens[at + 1]?.text ?? "");
}
