/** What `sed` makes of a text, for the commands that people and disguises use; undefined for all others. */
export function editStream(script: string, text: string, quiet: boolean): string | undefined {
  if (text.length > maximumText || script.length > maximumScript) {
    return undefined;
  }
  let lines = text.replace(/\n$/, "").split("\n");
  for (const command of commandsOf(script)) {
    const edited = editLines(command, lines, quiet);
    if (edited === undefined) {
      return undefined;
    }
    lines = edited;
  }
  return `${lines.join("\n")}\n`;
}

const maximumText = 8192;
const maximumScript = 4096;

/** Commands by line; those without text of their own may also stand behind a semicolon. */
function commandsOf(script: string): readonly string[] {
  return script
    .split("\n")
    .flatMap((line) => (/^\s*\d*\$?s?[iac]\\?\s/.test(line) ? [line] : splitCommands(line)))
    .map((command) => command.trim())
    .filter((command) => command !== "");
}

function splitCommands(line: string): readonly string[] {
  const substitution = /^\s*(?:\d+|\$)?s([^\w\s\\])/.exec(line);
  if (substitution === null) {
    return line.split(";");
  }
  const parts = substitutionOf(line.trim());
  const rest = parts?.rest.replace(/^\s*;/, "") ?? "";
  return parts === undefined || !/^\s*;/.test(parts.rest)
    ? [line]
    : [line.trim().slice(0, line.trim().length - parts.rest.length), ...splitCommands(rest)];
}

interface Substitution {
  readonly address: string;
  readonly pattern: string;
  readonly replacement: string;
  readonly flags: string;
  readonly rest: string;
}

function substitutionOf(command: string): Substitution | undefined {
  const match =
    /^(\d+|\$)?s([^\w\s\\])((?:\\[\s\S]|(?!\2)[^\\])*)\2((?:\\[\s\S]|(?!\2)[^\\])*)\2([gpIiEe0-9]*)/.exec(
      command,
    );
  return match === null
    ? undefined
    : {
        address: match[1] ?? "",
        pattern: match[3] ?? "",
        replacement: match[4] ?? "",
        flags: match[5] ?? "",
        rest: command.slice(match[0].length),
      };
}

function editLines(command: string, lines: readonly string[], quiet: boolean): string[] | undefined {
  const substitution = substitutionOf(command);
  if (substitution !== undefined) {
    return substitution.rest.trim() === "" ? substitute(substitution, lines, quiet) : undefined;
  }
  const match = /^(\d+|\$)?\s*(p|d|q|[iac])(?:\\?\s*([\s\S]*))?$/.exec(command);
  if (match === null) {
    return undefined;
  }
  const [, address = "", verb = "", text = ""] = match;
  const hit = (index: number): boolean => isAddressed(address, index, lines.length);
  switch (verb) {
    case "p":
      return lines.flatMap((line, index) =>
        hit(index) ? (quiet ? [line] : [line, line]) : quiet ? [] : [line],
      );
    case "d":
      return lines.filter((_line, index) => !hit(index));
    case "i":
      return lines.flatMap((line, index) => (hit(index) ? [text, line] : [line]));
    case "a":
      return lines.flatMap((line, index) => (hit(index) ? [line, text] : [line]));
    case "c":
      return lines.map((line, index) => (hit(index) ? text : line));
    default:
      return undefined;
  }
}

function isAddressed(address: string, index: number, count: number): boolean {
  return address === "" || (address === "$" ? index === count - 1 : index === Number(address) - 1);
}

function substitute(how: Substitution, lines: readonly string[], quiet: boolean): string[] | undefined {
  const pattern = patternOf(how.pattern);
  if (pattern === undefined || /[ep\d]/.test(how.flags) || quiet) {
    return undefined;
  }
  const flags = `${how.flags.includes("g") ? "g" : ""}${/i/i.test(how.flags) ? "i" : ""}`;
  const matcher = new RegExp(pattern, flags);
  return lines.map((line, index) =>
    isAddressed(how.address, index, lines.length)
      ? line.replace(matcher, (found) => replacementFor(how.replacement, found))
      : line,
  );
}

/** Only patterns without groups and with at most one repetition: those cost no more than the text is long. */
function patternOf(basic: string): string | undefined {
  if (/\\[({|1-9]/.test(basic) || (basic.match(/\*|\\\+/g) ?? []).length > 1) {
    return undefined;
  }
  return basic.replaceAll(
    /\\(.)|([+?(){}|])/g,
    (_all, escaped: string | undefined, plain: string | undefined) =>
      plain !== undefined
        ? `\\${plain}`
        : escaped === "+" || escaped === "?"
          ? escaped
          : `\\${escaped ?? ""}`,
  );
}

function replacementFor(text: string, found: string): string {
  return text.replaceAll(/\\([\s\S])|&/g, (all, escaped: string | undefined) =>
    all === "&" ? found : escaped === "n" ? "\n" : escaped === "t" ? "\t" : (escaped ?? ""),
  );
}
