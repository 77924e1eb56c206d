interface JustRecipe {
  readonly needs: readonly string[];
  readonly parameters: readonly (readonly [name: string, value: string | undefined])[];
  readonly lines: string[];
}

const maximumCommands = 60;

/** Commands of the recipes that `just` is told to run, with its variables and parameters put in. */
export function justCommands(text: string, words: readonly string[]): readonly string[] {
  const variables = new Map<string, string>();
  const aliases = new Map<string, string>();
  const recipes = new Map<string, JustRecipe>();
  let current: JustRecipe | undefined;
  for (const line of text.split(/\r?\n/).slice(0, 2000)) {
    const [, alias, target] = /^alias\s+([\w-]+)\s*:=\s*([\w-]+)/.exec(line) ?? [];
    const [, name, value] = /^(?:export\s+)?([\w-]+)\s*:=\s*(.+)$/.exec(line) ?? [];
    const head = /^@?([\w-]+)((?:\s+[^:=\s]+(?:=(?:'[^']*'|"[^"]*"|[^\s:]+))?)*)\s*:(?!=)(.*)$/.exec(line);
    if (/^[ \t]+\S/.test(line) && current !== undefined) {
      current.lines.push(line.trim().replace(/^[@-]+/, ""));
    } else if (alias !== undefined) {
      aliases.set(alias, target ?? "");
    } else if (name !== undefined && name !== "set") {
      variables.set(name, valueOf(value ?? "", variables));
    } else if (head !== null) {
      const needs = [...(head[3] ?? "").replace(/#.*/, "").matchAll(/\(?([\w-]+)[^\s()]*(?:\s+[^()]*\))?/g)];
      current = {
        needs: needs.map((match) => match[1] ?? "").filter((need) => need !== ""),
        parameters: [...(head[2] ?? "").matchAll(/[+*$]*([\w-]+)(?:=(?:'([^']*)'|"([^"]*)"|(\S+)))?/g)].map(
          (match) => [match[1] ?? "", match[2] ?? match[3] ?? match[4]] as const,
        ),
        lines: [],
      };
      recipes.set(head[1] ?? "", current);
    }
  }
  const [first, ...rest] = words.filter((word) => !word.includes("="));
  for (const word of words.filter((text_) => text_.includes("="))) {
    variables.set(word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1));
  }
  const start = first ?? recipes.keys().next().value;
  const seen = new Set<string>();
  const run = (name: string, given: readonly string[]): readonly string[] => {
    const recipe = recipes.get(aliases.get(name) ?? name);
    if (recipe === undefined || seen.has(name) || seen.size > 40) {
      return [];
    }
    seen.add(name);
    const values = new Map(variables);
    for (const [index, [parameter, value]] of recipe.parameters.entries()) {
      const argument = given[index] ?? value;
      if (argument !== undefined) {
        values.set(parameter, argument);
      }
    }
    const body = recipe.lines.map((line) =>
      line.replaceAll(/\{\{\s*([^{}]+?)\s*\}\}/g, (_all, inner: string) => valueOf(inner, values)),
    );
    const own = body[0]?.startsWith("#!") === true ? [whole(body)] : body;
    return [...recipe.needs.flatMap((need) => run(need, [])), ...own];
  };
  return (start === undefined ? [] : [...run(start, rest), ...rest.flatMap((name) => run(name, []))]).slice(
    0,
    maximumCommands,
  );
}

/** A recipe with a first line of its own is one script for that interpreter. */
function whole(lines: readonly string[]): string {
  const [first = "", ...rest] = lines;
  const interpreter = first
    .slice(2)
    .trim()
    .replace(/^\/usr\/bin\/env\s+(?:-S\s+)?/, "");
  return `${interpreter} <<'JUST_RECIPE'\n${rest.join("\n")}\nJUST_RECIPE`;
}

/** A value of `just`: a text, a name, or a variable of the environment, which a shell puts in. */
function valueOf(text: string, variables: ReadonlyMap<string, string>): string {
  const literal = /^(?:"([^"]*)"|'([^']*)')$/.exec(text.trim());
  const environment = /^(?:env_var|env|env_var_or_default)\(\s*['"](\w+)['"]/.exec(text.trim())?.[1];
  return literal !== null
    ? (literal[1] ?? literal[2] ?? "")
    : environment !== undefined
      ? `$${environment}`
      : /^(?:home_directory|home_dir)\(\)$/.test(text.trim())
        ? "~"
        : (variables.get(text.trim()) ?? `$${text.trim().replaceAll(/\W/g, "_")}`);
}
