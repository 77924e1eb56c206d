import type { YamlReader } from "./yaml-reader.ts";

const code = "catalogue/too-costly";

/** How many commands the paths of one file may stand for. */
const commandLimit = 20_000;

/** Each of them is looked for in every word of a command that may be as long as a request may be. */
const patternLimit = 20;
const verbLimit = 200;

/**
 * Reports what would take too long or too much memory, now or on whatever an agent sends: a workspace's file is read
 * before anybody has looked at it. To be asked before the file is read as a provider.
 */
export function checkCosts(reader: YamlReader): void {
  const root = reader.entries(reader.root ?? undefined);
  const cli = reader.entries(root.get("cli"));
  const commands = reader.items(cli.get("commands"));
  const verbs = reader.items(cli.get("verbs"));
  checkPaths(reader, commands);
  checkVerbs(reader, verbs);
  const patterns = patternNodes(reader, [...verbs, ...commands]);
  for (const node of patterns) {
    checkPattern(reader, node);
  }
  checkCount(reader, { what: "patterns", limit: patternLimit }, patterns);
  checkCount(reader, { what: "verbs", limit: verbLimit }, verbs);
  for (const node of patternNodes(reader, verbs)) {
    // It is looked for in all words in front of each word: that takes the square of what a request holds.
    const help = "describe the commands by their paths";
    reader.report(node, "only shipped providers have `after`", { code, help });
  }
  checkRules(reader, root.get("operations"));
  for (const item of reader.items(root.get("rest"))) {
    const [route = ""] = reader.entries(item).keys();
    if ((route.match(/\*\*|\{\+/g) ?? []).length > 1 || route.length > 300) {
      reader.report(item, "the route is too costly to look for", {
        code,
        help: "use `**` or `{+name}` once",
      });
    }
  }
}

function checkPaths(reader: YamlReader, commands: readonly unknown[]): void {
  let total = 0;
  for (const command of commands) {
    const { path, carries } = Object.fromEntries(reader.entries(command));
    const steps = (reader.text(path) ?? "").split(" ");
    total += steps.reduce((product, step) => product * step.split("|").length, 1);
    if (total > commandLimit || steps.length > 20) {
      reader.report(path, `the paths stand for more than ${commandLimit} commands, or are too long`, {
        code,
        help: "split the file, or write fewer alternatives in one path",
      });
      return;
    }
    if (reader.text(reader.entries(carries).get("kind")) === "objects") {
      reader.report(carries, "only shipped providers carry objects", { code, help: "name an operation" });
    }
  }
}

function checkCount(
  reader: YamlReader,
  { what, limit }: { readonly what: string; readonly limit: number },
  nodes: readonly unknown[],
): void {
  if (nodes.length > limit) {
    const help = "split the file, or describe the commands by their paths";
    reader.report(nodes[limit], `there are more than ${limit} ${what}`, { code, help });
  }
}

function checkVerbs(reader: YamlReader, verbs: readonly unknown[]): void {
  for (const item of verbs) {
    const verb = reader.entries(item).get("verb");
    const source = reader.text(verb) ?? "";
    if (source.length > 1000 || source.split("|").some((word) => word.split("*").length > 2)) {
      reader.report(verb, "the verb is too costly to look for", { code, help: "use `*` once in a word" });
    }
  }
}

/** Without repetition and with few choices, a pattern takes no longer than its input is long. */
function checkPattern(reader: YamlReader, node: unknown): void {
  const source = reader.text(node) ?? "";
  const choices = source.split(/[?|]/).length - 1;
  if (source.length > 200 || choices > 8 || /[*+{]|\(\?[^:]|\\[1-9k]/.test(source)) {
    reader.report(node, "the pattern is too costly to look for", {
      code,
      help: "write up to 200 characters without `*`, `+`, `{`, look-around and references, with eight of `?` and `|` at most",
    });
  }
}

/** `after` of verbs, `text` and `piped` of rules. */
function patternNodes(reader: YamlReader, items: readonly unknown[]): readonly unknown[] {
  return items.flatMap((item) => {
    const members = reader.entries(item);
    const rules = reader.items(members.get("rules")).map((rule) => reader.entries(rule));
    return [members, ...rules]
      .flatMap((each) => ["after", "text", "piped"].map((key) => each.get(key)))
      .filter((node) => node !== undefined);
  });
}

function checkRules(reader: YamlReader, operations: unknown): void {
  for (const operation of reader.entries(operations).values()) {
    for (const rule of reader.items(reader.entries(operation).get("rules"))) {
      const source = JSON.stringify(reader.plain(rule) ?? null);
      if (source.split("*").length > 3) {
        reader.report(rule, "the rule is too costly to look for", {
          code,
          help: "use one `**` or two `*` in it",
        });
      }
    }
  }
}
