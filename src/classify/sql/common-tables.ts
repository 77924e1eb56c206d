import { nameAt } from "./names.ts";
import type { SqlToken } from "./tokens.ts";

/**
 * A statement in which every common table that holds a whole table stands for it: `WITH t AS (SELECT id FROM users) DELETE FROM
 * users WHERE id IN (SELECT id FROM t)` leaves no row out.
 */
export function withWholeTables(tokens: readonly SqlToken[]): readonly SqlToken[] {
  const whole = new Map<string, string>();
  let looked = 0;
  for (const [index, { key }] of tokens.entries()) {
    const opens = key === "as" && tokens[index + 1]?.key === "(" && looked < maximumTables;
    looked += opens ? 1 : 0;
    const query = opens ? bodyAt(tokens, index + 1) : [];
    const name = tokens[index - 1]?.key ?? "";
    if (name === "" || query[0]?.key !== "select" || query.some((token) => narrows.test(token.key))) {
      continue;
    }
    const from = query.findIndex((token) => token.key === "from");
    const table = from < 0 ? "" : nameAt(query, from + 1).name;
    if (table !== "") {
      whole.set(name, table);
    }
  }
  return whole.size === 0
    ? tokens
    : tokens.map((token, index) => {
        const table = tokens[index - 1]?.key === "from" ? whole.get(token.key) : undefined;
        return table === undefined ? token : { ...token, text: table, key: table.toLowerCase() };
      });
}

/** Most common tables of one statement that are looked at. */
const maximumTables = 32;

const narrows = /^(?:where|join|limit|having|fetch|top|except|intersect|distinct|tablesample)$/;

function bodyAt(tokens: readonly SqlToken[], open: number): readonly SqlToken[] {
  let depth = 0;
  for (let index = open; index < tokens.length; index += 1) {
    const key = tokens[index]?.key;
    depth += key === "(" ? 1 : key === ")" ? -1 : 0;
    if (depth === 0) {
      return tokens.slice(open + 1, index);
    }
  }
  return [];
}
