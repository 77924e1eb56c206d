import { isJsonObject, objectField, parseJson } from "../../base/json.ts";

/** What a task holds: text for a shell, code of a language, or a module of Python. */
export type TaskStep =
  | { readonly kind: "shell"; readonly text: string }
  | { readonly kind: "words"; readonly words: readonly string[] }
  | { readonly kind: "code"; readonly language: "python" | "ruby" | "javascript"; readonly text: string }
  | { readonly kind: "module"; readonly name: string };

const maximumSteps = 40;

const shell = (text: string): TaskStep => ({ kind: "shell", text });

/** Tables of tasks in TOML, read line by line: strings, lists of strings, and what their inline tables run. */
export function tomlTask(text: string, name: string, tables: RegExp, own?: RegExp): readonly TaskStep[] {
  const steps: TaskStep[] = [];
  let table = "";
  for (const line of text
    .replaceAll(/=\s*\[\s*\n([\s\S]*?)\n\s*\]/g, (_all, body: string) => `= [${body.replaceAll("\n", " ")}]`)
    .split(/\r?\n/)) {
    table = /^\s*\[+([^\]]+)\]+\s*(?:#.*)?$/.exec(line)?.[1]?.replaceAll(/["'\s]/g, "") ?? table;
    const [, key = "", value = ""] = /^\s*["']?([\w:.-]+)["']?\s*=\s*(.+)$/.exec(line) ?? [];
    const entry = /^(?:project|tool\.poetry)\.scripts$/.test(table);
    if (tables.test(table) && key === name && !entry) {
      steps.push(...tomlValue(value));
    } else if (
      own?.test(table) === true &&
      table.endsWith(`.${name}`) &&
      /^(?:run|cmd|shell|command|script|sequence)$/.test(key)
    ) {
      steps.push(...tomlValue(value));
    } else if (entry && key === name) {
      steps.push(...entryPoint(value));
    }
  }
  return steps.slice(0, maximumSteps);
}

/** `name = "package.module:function"` */
function entryPoint(value: string): readonly TaskStep[] {
  const module = /["']([\w.]+):/.exec(value)?.[1];
  return module === undefined ? [] : [{ kind: "module", name: module }];
}

function tomlValue(value: string): readonly TaskStep[] {
  const inner =
    /^\{.*?\b(?:cmd|shell|run|command|composite|sequence|script)\s*=\s*(.*)\}/.exec(value)?.[1] ?? value;
  const list = inner.trim().startsWith("[");
  const texts = [...inner.matchAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'/g)].map((match) =>
    (match[1] ?? match[2] ?? "").replaceAll('\\"', '"'),
  );
  return (list ? texts : texts.slice(0, 1)).map(shell);
}

/** `devbox.json`: `shell.scripts`, `deno.json`: `tasks`. */
export function jsonTask(text: string, name: string, path: readonly string[]): readonly TaskStep[] {
  const parsed = parseJson(text.replaceAll(/^\s*\/\/.*$/gm, ""));
  let value = parsed.ok && isJsonObject(parsed.value) ? parsed.value : undefined;
  for (const key of path) {
    value = value === undefined ? undefined : objectField(value, key);
  }
  const found = value?.[name];
  const command = found !== undefined && isJsonObject(found) ? found["command"] : found;
  const lines = typeof command === "string" ? [command] : Array.isArray(command) ? command : [];
  return lines.filter((line) => typeof line === "string").map(shell);
}

/** A block of YAML below a key: lines that are deeper than the key. */
function yamlBlock(text: string, key: string): string {
  const lines = text.split(/\r?\n/);
  const start = lines.findIndex((line) =>
    new RegExp(`^\\s*(?:-\\s+)?["']?${key.replaceAll(/[^\w-]/g, ".")}["']?:`).test(line),
  );
  if (start < 0) {
    return "";
  }
  const depth = (line: string): number => line.length - line.trimStart().length;
  const own = depth(lines[start] ?? "");
  const length = lines.slice(start + 1).findIndex((line) => line.trim() !== "" && depth(line) <= own);
  return lines.slice(start, length < 0 ? undefined : start + 1 + length).join("\n");
}

/** Values of some keys in YAML, also lists and blocks. */
function yamlValues(text: string, keys: string): readonly TaskStep[] {
  return [
    ...text.matchAll(
      new RegExp(
        `^\\s*(?:-\\s+)?(?:${keys}):\\s*(?:[|>][+-]?\\n((?:[ \\t]+.*\\n?)+)|\\[([^\\]\\n]*)\\]|(\\S.*)$)`,
        "gm",
      ),
    ),
  ]
    .slice(0, maximumSteps)
    .map((match) => {
      const words = [...(match[2] ?? "").matchAll(/"([^"]*)"|'([^']*)'|([^,\s]+)/g)].map(
        (word) => word[1] ?? word[2] ?? word[3] ?? "",
      );
      return match[2] === undefined
        ? shell((match[1] ?? match[3] ?? "").replace(/^(["'])(.*)\1$/, "$2").trim())
        : { kind: "words", words };
    });
}

/** `lefthook.yml`: every command of a hook, or the one that is named. */
export function lefthookTask(text: string, name: string): readonly TaskStep[] {
  return yamlValues(yamlBlock(text, name), "run");
}

/** `.pre-commit-config.yaml`: the project's own hooks, all of them where none is named. */
export function preCommitTask(text: string, name: string): readonly TaskStep[] {
  return text
    .split(/^\s*-\s+id:\s*/m)
    .slice(1)
    .filter((hook) => name === "" || hook.split(/\s/)[0] === name)
    .filter((hook) => /^\s*language:\s*(?:system|script|unsupported)/m.test(hook))
    .flatMap((hook) => yamlValues(hook, "entry"));
}

/** A service of a compose file: what it runs with the folders of this machine in it. */
export function composeTask(text: string, name: string): readonly TaskStep[] {
  const block = yamlBlock(text, name);
  return /(?:^|["'\s])(?:\/|~|\$\{?HOME\}?|\.\.\/?):/m.test(block)
    ? yamlValues(block, "command|entrypoint")
    : [];
}

/** `web: npm start`. */
export function procfileTask(text: string, name: string): readonly TaskStep[] {
  return [...text.matchAll(/^([\w-]+):\s*(.+)$/gm)]
    .filter((match) => name === "" || match[1] === name)
    .slice(0, maximumSteps)
    .map((match) => shell(match[2] ?? ""));
}

/** `[testenv:NAME]` of tox. */
export function toxTask(text: string, name: string): readonly TaskStep[] {
  const section = text.split(/^(?=\[)/m).find((part) => part.startsWith(`[testenv:${name}]`)) ?? "";
  const body = /^commands(?:_pre|_post)?\s*=\s*([^\n]*(?:\n[ \t]+[^\n]*)*)/m.exec(section)?.[1] ?? "";
  return body
    .split("\n")
    .map((line) => line.trim().replace(/^-\s*/, ""))
    .filter((line) => line !== "")
    .map(shell);
}

/** The function of a task in Python: what it gives a runner, and what it does itself. */
export function pythonTask(text: string, name: string): readonly TaskStep[] {
  const start = new RegExp(
    `^(?:async\\s+)?def\\s+${name.replaceAll("-", "_").replaceAll(/\W/g, "")}\\s*\\(`,
    "m",
  ).exec(text);
  if (start === null || name === "") {
    return [];
  }
  const rest = text.slice(start.index + start[0].length);
  const end = rest.search(/^\S/m);
  const body =
    end < 0
      ? rest
      : rest.slice(
          0,
          rest.indexOf("\n") + 1 + Math.max(0, rest.slice(rest.indexOf("\n") + 1).search(/^\S/m)),
        );
  const block = body.length < 20 ? rest.slice(0, 4000) : body;
  const runs = [
    ...block.matchAll(/\.(?:run|sudo|local|run_always)\(\s*((?:f?["'][^"'\n]*["']\s*,?\s*)+)/g),
  ].map((match): TaskStep => {
    const words = [...(match[1] ?? "").matchAll(/["']([^"'\n]*)["']/g)].map((word) => word[1] ?? "");
    return words.length === 1 ? shell(words[0] ?? "") : { kind: "words", words };
  });
  return [...runs.slice(0, maximumSteps), { kind: "code", language: "python", text: block }];
}

/** `exports.NAME = …`, `gulp.task("NAME", …)`, `task NAME { … }`: the statement or block of a task in a script. */
export function scriptTask(text: string, name: string): readonly TaskStep[] {
  const plain = name.replaceAll(/[^\w-]/g, "");
  const start = new RegExp(
    `(?:exports\\.${plain}\\s*=|function\\s+${plain}\\s*\\(|task\\(\\s*["']${plain}["']|const\\s+${plain}\\s*=)`,
  ).exec(text);
  if (start === null || plain === "") {
    return [];
  }
  const rest = text.slice(start.index, start.index + 3000);
  const end = rest.slice(1).search(/^(?:exports\.|function\s|gulp\.task|task\(|const\s)/m);
  return [{ kind: "code", language: "javascript", text: end < 0 ? rest : rest.slice(0, end + 1) }];
}

/** `task wipe(type: Exec) { commandLine 'rm', '-rf', 'x' }`, `delete 'x'` of Gradle, as far as it is plain text. */
export function gradleTask(text: string, name: string): readonly TaskStep[] {
  const plain = name.split(":").at(-1)?.replaceAll(/\W/g, "") ?? "";
  const start = new RegExp(
    `\\btask\\s*\\(?\\s*["']?${plain}\\b|tasks\\.(?:register|create)(?:<\\w+>)?\\(\\s*["']${plain}["']`,
  ).exec(text);
  if (start === null || plain === "") {
    return [];
  }
  const rest = text.slice(start.index, start.index + 2000);
  const end = rest.slice(4).search(/\btask\b|\btasks\./);
  const block = end < 0 ? rest : rest.slice(0, end + 4);
  const lists = [
    ...block.matchAll(/\b(commandLine|executable|delete)\s*\(?\s*((?:["'][^"'\n]*["']\s*,?\s*)+)/g),
  ];
  return lists.map((match) => {
    const words = [...(match[2] ?? "").matchAll(/["']([^"'\n]*)["']/g)].map((word) => word[1] ?? "");
    return { kind: "words", words: match[1] === "delete" ? ["rm", "-rf", ...words] : words };
  });
}
