import { isGovernanceFile, isGovernanceFolder, isWithin, joinPath } from "../paths.ts";
import { report } from "../report.ts";
import type { ProgramRule, Scope } from "../scope.ts";
import { globPattern, isBoundedPattern } from "../shell/glob.ts";
import type { Invocation } from "../shell/invocation.ts";

/** Programs that take away the files that `find` hands them. */
const removers = /^(?:rm|unlink|shred|mv|truncate|trash|srm)$/;

/** Programs that may change them: only where the search names them, as whole trees are edited every day. */
const changers = /^(?:cp|tee|dd|ln|chmod|chown|chattr|setfacl|install|sed|gsed|perl|sh|bash|zsh)$/;

/**
 * `find` names files by what they are called, and a search of the workspace comes past what governs agents: the files
 * that are there are held against what the search asks for.
 */
export const foundGovernance: ProgramRule = {
  programs: ["find", "gfind", "bfs"],
  examples: {
    // Which files are there decides: the tests have the cases.
    matches: [{ command: "find .governance -delete", actions: ["fs:delete"] }],
    misses: [
      { command: "find . -name '*.snap' -delete", actions: ["fs:delete_found"] },
      { command: "find . -name '*.yaml'", actions: ["fs:delete_found"] },
    ],
  },
  judge(invocation, scope) {
    if (scope.elsewhere !== undefined || !changes(invocation)) {
      return;
    }
    const search = readSearch(invocation);
    for (const root of search.roots) {
      const start = joinPath(scope.cwd ?? scope.workspace, root);
      const found = governing(scope, start).find((file) => isFound(file, { search, start, root }));
      if (found !== undefined) {
        report(scope, invocation, {
          action: "fs:delete_found",
          effects: ["governance_tampering"],
          target: { display: found.path, path: found.path },
          because: `\`find\` comes past \`${found.path}\`, which decides what agents may do: leave it out with \`-not -path '*/.*'\``,
        });
        return;
      }
    }
  },
};

function changes({ words }: Invocation): boolean {
  const started = words.flatMap((word, index) =>
    /^-(?:exec|execdir|ok|okdir)$/.test(word.text)
      ? [(words[index + 1]?.text ?? "").replace(/^.*\//, "")]
      : [],
  );
  return (
    words.some((word) => word.text === "-delete") ||
    started.some((program) => removers.test(program)) ||
    (started.some((program) => changers.test(program)) &&
      words.some((word) => /^-i?(?:name|path|wholename)$/.test(word.text)))
  );
}

interface Test {
  readonly name: string;
  readonly value: string;
  readonly not: boolean;
}

interface Search {
  readonly roots: readonly string[];
  /** Tests between `-o`s: all of one group must hold. */
  readonly groups: readonly (readonly Test[])[];
  readonly depth: number;
}

const tested = /^-(?:i?name|i?path|i?wholename|type)$/;

function readSearch({ words }: Invocation): Search {
  const from = words.findIndex((word, index) => index > 0 && /^[-(!]/.test(word.text));
  const roots = words.slice(1, from < 0 ? words.length : from);
  const groups: Test[][] = [[]];
  let depth = 99;
  const rest = from < 0 ? [] : words.slice(from);
  for (const [index, word] of rest.entries()) {
    const value = rest[index + 1]?.text ?? "";
    if (/^-(?:o|or)$/.test(word.text)) {
      groups.push([]);
    } else if (word.text === "-maxdepth") {
      depth = Number.parseInt(value, 10);
    } else if (word.text === "-prune") {
      groups.at(-1)?.push({ name: "-prune", value: "", not: false });
    } else if (tested.test(word.text)) {
      groups.at(-1)?.push({
        name: word.text,
        value,
        not: /^(?:!|-not)$/.test(rest[index - 1]?.text ?? ""),
      });
    }
  }
  return { roots: roots.length === 0 ? ["."] : roots.map((word) => word.text), groups, depth };
}

interface Governing {
  readonly path: string;
  readonly folder: boolean;
}

/** What governs agents below a folder, as far as it lies where it always lies. */
function governing(scope: Scope, start: string): readonly Governing[] {
  const top = isWithin(scope.workspace, start) ? scope.workspace : start;
  const found: Governing[] = [];
  const walk = (folder: string, level: number): void => {
    for (const name of scope.lookups.list(folder).slice(0, 500)) {
      const path = `${folder === "/" ? "" : folder}/${name}`;
      const holds = isGovernanceFolder(path);
      if (holds) {
        found.push({ path, folder: !isGovernanceFile(path) });
      }
      if (level < 3 && (holds || name === ".vscode" || level > 0) && found.length < 100) {
        walk(path, level + 1);
      }
    }
  };
  walk(top, 0);
  return found;
}

function isFound(
  file: Governing,
  { search, start, root }: { readonly search: Search; readonly start: string; readonly root: string },
): boolean {
  if (!isWithin(file.path, start)) {
    return false;
  }
  const below = file.path === start ? "" : file.path.slice(start === "/" ? 1 : start.length + 1);
  const shown = below === "" ? root : `${root.replace(/\/+$/, "")}/${below}`;
  const deep = below === "" ? 0 : below.split("/").length;
  const matches = (test: Test): boolean => holds(test, file, shown);
  const pruned = search.groups.some(
    (group) =>
      group.some((test) => test.name === "-prune") &&
      group.some((test) => test.name !== "-prune" && above(test, shown)),
  );
  return (
    !pruned &&
    deep <= search.depth &&
    search.groups.some((group) => group.every((test) => test.name !== "-prune" && matches(test)))
  );
}

function holds(test: Test, file: Governing, shown: string): boolean {
  if (test.name === "-type") {
    return test.value.includes(file.folder ? "d" : "f");
  }
  const subject =
    test.name.endsWith("name") && !test.name.endsWith("wholename")
      ? shown.slice(shown.lastIndexOf("/") + 1)
      : shown;
  return like(test, subject) !== test.not;
}

/** Whether a folder on the way to the file is what a `-prune` names. */
function above(test: Test, shown: string): boolean {
  const steps = shown.split("/");
  return steps.some((step, index) => {
    const upTo = steps.slice(0, index + 1).join("/");
    return test.name === "-type" ? false : like(test, /path|wholename/.test(test.name) ? upTo : step);
  });
}

/** In `find` a star crosses slashes. */
function like(test: Test, subject: string): boolean {
  const fold = test.name.startsWith("-i");
  return (
    !isBoundedPattern(test.value) ||
    globPattern(fold ? test.value.toLowerCase() : test.value).test(fold ? subject.toLowerCase() : subject)
  );
}
