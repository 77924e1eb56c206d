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
      return /^(?:global|persist)$/.test(second?.key ?? "") || second?.text === "@@global"
        ? [
            {
              operation: "set_global",
              effects: ["infrastructure_change"],
              object: tokens[2]?.text ?? "",
              because: "the server's settings change",
            },
          ]
        : [];
    default:
      return [];
  }
}

function given(tokens: readonly SqlToken[]): SqlFinding {
  const to = targetOf(tokens, "to");
  const on = tokens.findIndex(({ key }) => key === "on");
  const everything =
    on > 0 && tokens[on + 1]?.key === "*" && tokens[on + 2]?.key === "." && tokens[on + 3]?.key === "*";
  const passes = tokens.some(
    ({ key }, index) => /^(?:grant|admin)$/.test(key) && tokens[index - 1]?.key === "with",
  );
  const powerful = tokens.some(({ text }) =>
    /^(?:superuser|rds_superuser|cloudsqlsuperuser|pg_execute_server_program|pg_write_all_data|accountadmin|sysadmin|sysdba|super|file|dba|public|db_owner)$/i.test(
      text,
    ),
  );
  return everything || passes || powerful
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
