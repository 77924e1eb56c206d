import { readdirSync } from "node:fs";
import type { Dialect } from "./dialect.ts";

const files = readdirSync(import.meta.dirname).filter((name) => !["all.ts", "dialect.ts"].includes(name));

/** Every agent's dialects by the adapter's id: each file of this folder holds those of one agent. */
export const allDialects: Readonly<Record<string, Dialect>> = Object.assign(
  {},
  ...(await Promise.all(
    files.map(
      async (name) =>
        ((await import(`./${name}`)) as { dialects: Readonly<Record<string, Dialect>> }).dialects,
    ),
  )),
) as Readonly<Record<string, Dialect>>;
