import type { Effect } from "../../model/effect.ts";
import type { SqlFinding } from "./finding.ts";
import type { SqlToken } from "./tokens.ts";

interface Call {
  readonly names: RegExp;
  readonly operation: string;
  readonly effects: readonly Effect[];
  readonly because: string;
}

/** Functions and procedures that reach further than rows. They count where they are called, not where they are named. */
const calls: readonly Call[] = [
  {
    names:
      /^(?:xp_cmdshell|xp_reg\w+|xp_dirtree|sys_exec|sys_eval|lo_export|load_extension|pg_read_file|pg_read_binary_file|pg_write_file|pg_file_write|pg_ls_dir|writefile|edit|sp_oacreate|sp_oamethod|sp_execute_external_script|dbms_scheduler|dbms_java|dbms_xslprocessor|utl_file|utl_http|utl_tcp|load_file|openrowset|executable|system\$.*)$/,
    operation: "run_program",
    effects: ["remote_code_execution"],
    because: "the database runs a program, or reads or writes files of its server",
  },
  {
    names: /^(?:pg_terminate_backend|pg_drop_replication_slot|pg_promote)$/,
    operation: "end_sessions",
    effects: ["process_kill"],
    because: "work of others on the database is ended",
  },
  {
    names:
      /^(?:lo_unlink|sp_detach_db|sp_msforeachtable|sp_delete_backuphistory|drop_chunks|sp_cycle_errorlog)$/,
    operation: "delete",
    effects: ["irreversible_data_deletion"],
    because: "stored data is deleted",
  },
  {
    names:
      /^(?:sp_configure|sp_addsrvrolemember|sp_addrolemember|sp_addlogin|sp_droplogin|sp_dropuser|sp_addlinkedserver)$/,
    operation: "change_server",
    effects: ["privilege_change"],
    because: "the server's settings or rights change",
  },
];

/** Functions that reach out of the database, in one statement. */
export function judgeReach(tokens: readonly SqlToken[]): readonly SqlFinding[] {
  const findings: SqlFinding[] = [];
  for (const [index, { key, kind }] of tokens.entries()) {
    if (kind !== "word") {
      continue;
    }
    const before = tokens[index - 1]?.key ?? "";
    if (/^(?:outfile|dumpfile)$/.test(key) && before === "into") {
      findings.push({
        operation: "write_file",
        effects: ["remote_code_execution"],
        object: key,
        because: "the database writes a file on its server",
      });
      continue;
    }
    const called = tokens[index + 1]?.key === "(" || /^(?:exec(?:ute)?|call|\.)$/.test(before);
    const call = called || index === 0 ? calls.find(({ names }) => names.test(key)) : undefined;
    if (call !== undefined) {
      const { operation, effects, because } = call;
      findings.push({ operation, effects, object: key, because });
    }
  }
  return findings;
}

/** Files that a statement makes the server read or write: where they lie decides. */
export function judgeServerFiles(tokens: readonly SqlToken[]): readonly SqlFinding[] {
  const [first, second] = tokens;
  if (first?.key === "load" && second?.key === "data" && !tokens.some(({ key }) => key === "local")) {
    const file = tokens.find(({ kind }) => kind === "string")?.text ?? "";
    return foreignFile.test(file)
      ? [serverFile("read_file", file, "the database server reads a file of its own")]
      : [];
  }
  return [];
}

/** Folders of the machine that hold no data for imports. */
const foreignFile =
  /^(?:\/(?:etc|root|proc|home|sys|boot|dev|var\/(?:log|run|www))\b|~|[a-z]:\\(?:windows|users)|.*\.\.\/)/i;
/** What an export writes. */
const exported =
  /\.(?:csv|tsv|json|jsonl|ndjson|parquet|txt|sql|gz|zst|xml|bin|arrow|orc|avro|pgdump)$|^(?:\/tmp\/|stdout$)/i;

/** `COPY … PROGRAM` hands a command to a shell on the server; `COPY … TO 'file'` writes there, `COPY … FROM` reads. */
export function judgeCopy(tokens: readonly SqlToken[]): readonly SqlFinding[] {
  for (const [index, { key }] of tokens.entries()) {
    if (key !== "to" && key !== "from" && key !== "into") {
      continue;
    }
    const next = tokens[index + 1];
    if (next?.key === "program") {
      return [
        serverFile("run_program", tokens[index + 2]?.text ?? "program", "the database server runs a program"),
      ];
    }
    if (next?.kind === "string") {
      const file = next.text;
      if (key !== "from" && /^(?:s3|gcs|gs|azure|https?):\/\//i.test(file)) {
        return [leaves(file)];
      }
      if (key === "to" ? !exported.test(file) : foreignFile.test(file)) {
        return [
          serverFile(
            key === "to" ? "write_file" : "read_file",
            file,
            "the database uses a file of its server",
          ),
        ];
      }
    }
  }
  return [];
}

/** `UNLOAD … TO 's3://…'`, `EXPORT DATA OPTIONS (uri = 'gs://…')`, `INSERT INTO FUNCTION url('https://…')`. */
export function judgeExport(tokens: readonly SqlToken[]): readonly SqlFinding[] {
  const address = tokens.find(
    ({ kind, text }) =>
      kind === "string" && /^(?:s3|gcs|gs|azure|https?):\/\/(?!localhost|127\.)/i.test(text),
  );
  return address === undefined ? [] : [leaves(address.text)];
}

function leaves(address: string): SqlFinding {
  return {
    operation: "export",
    effects: ["data_exfiltration"],
    object: address,
    because: "rows are copied out of the database, to another place",
  };
}

function serverFile(operation: string, object: string, because: string): SqlFinding {
  return { operation, effects: ["remote_code_execution"], object, because };
}
