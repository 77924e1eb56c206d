import { optionSpec, readArguments } from "../options.ts";
import type { ProgramRule } from "../scope.ts";
import type { Invocation, Word } from "../shell/invocation.ts";
import { knownWord } from "../shell/word.ts";

/** Programs of packages that are also started by a package manager's own name: `pnpm prisma …`, `yarn typeorm …`. */
const binaries =
  /^(?:prisma|drizzle-kit|typeorm(?:-[\w-]+)?|sequelize(?:-cli)?|knex|mikro-orm(?:-esm)?|db-migrate|node-pg-migrate|migrate-mongo|graphile-migrate|payload|kysely|lerna|changeset|nx|semantic-release|np|release-it|jsr|vsce|ovsx|wrangler|vercel|netlify|supabase|firebase|railway|sst|serverless|sls|cdk|cdktf|amplify|neonctl|rimraf|shx|tsx|ts-node|zx|dotenv|dotenvx|cross-env|env-cmd|hasura)$/;

/** Modules that python runs as the program of the same package. */
const modules: ReadonlyMap<string, string> = new Map([
  ["alembic", "alembic"],
  ["flask", "flask"],
  ["celery", "celery"],
  ["poetry", "poetry"],
  ["awscli", "aws"],
  ["airflow", "airflow"],
  ["superset", "superset"],
  ["aerich", "aerich"],
]);

const managers = optionSpec("--prefix -C --cwd --dir -w --workspace --filter -F --loglevel", {
  stopAtOperand: true,
});
const python = optionSpec("-m -c -W -X", { stopAtOperand: true });
const node = optionSpec("-r --require --import --loader --env-file --conditions -C", { stopAtOperand: true });

/** A program by another door: the manager of its package, or the interpreter that it is written for. */
export const packageBinaries: ProgramRule = {
  programs: ["pnpm", "yarn", "bun", "cargo", "python", "python3", "py", "node", "ts-node", "tsx"],
  examples: {
    matches: [
      { command: "pnpm prisma migrate reset", actions: ["prisma:delete"] },
      { command: "yarn typeorm schema:drop", actions: ["typeorm:delete"] },
      { command: "bun run drizzle-kit push --force", actions: ["drizzle:delete"] },
      { command: "python -m alembic downgrade base", actions: ["alembic:delete"] },
      { command: "cargo sqlx database drop", actions: ["sqlx:delete"] },
      { command: "node node_modules/.bin/knex migrate:rollback", actions: ["knex:delete"] },
      { command: "node ./node_modules/prisma/build/index.js migrate reset", actions: ["prisma:delete"] },
    ],
    misses: [
      { command: "pnpm prisma generate", actions: ["prisma:delete"] },
      { command: "yarn remove prisma", actions: ["prisma:delete"] },
      { command: "node scripts/prisma.js migrate reset", actions: ["prisma:delete"] },
    ],
  },
  judge(invocation, scope) {
    const words = binaryWords(invocation);
    if (words !== undefined) {
      scope.command(words, invocation.stdin);
    }
  },
};

function binaryWords({ program, words }: Invocation): readonly Word[] | undefined {
  switch (program) {
    case "cargo":
      return words[1]?.text === "sqlx" ? [renamed(words[1], "cargo-sqlx"), ...words.slice(2)] : undefined;
    case "node":
    case "ts-node":
    case "tsx":
      return ofScript(words);
    case "pnpm":
    case "yarn":
    case "bun":
      return managed(words);
    default:
      return ofModule(words);
  }
}

function ofScript(words: readonly Word[]): readonly Word[] | undefined {
  const { operandsFrom } = readArguments(words, node);
  const script = words[operandsFrom];
  const name = /(?:^|\/)node_modules\/(?:\.bin\/)?(?:@[\w-]+\/)?([\w-]+)/.exec(script?.text ?? "")?.[1];
  return script === undefined || name === undefined || !binaries.test(name)
    ? undefined
    : [renamed(script, name), ...words.slice(operandsFrom + 1)];
}

function ofModule(words: readonly Word[]): readonly Word[] | undefined {
  const at = words.findIndex((word, index) => index > 0 && word.text === "-m");
  const module = at > 0 && at < readArguments(words, python).operandsFrom ? words[at + 1] : undefined;
  const name = modules.get(module?.text ?? "");
  return module === undefined || name === undefined
    ? undefined
    : [renamed(module, name), ...words.slice(at + 2)];
}

function managed(words: readonly Word[]): readonly Word[] | undefined {
  const { operandsFrom } = readArguments(words, managers);
  const from = words[operandsFrom]?.text === "run" ? operandsFrom + 1 : operandsFrom;
  return binaries.test(words[from]?.text ?? "") ? words.slice(from) : undefined;
}

function renamed(word: Word, name: string): Word {
  return knownWord(name, word.start, word.end);
}
