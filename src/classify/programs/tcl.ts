const starter = /(?:^|[\n;{[])\s*(?:exec|spawn|system)\s+/g;

/** The commands that Tcl text starts, as shell text: braces quote in Tcl what single quotes do in a shell. */
export function tclCommands(text: string): readonly string[] {
  const found: string[] = [];
  for (const match of text.slice(0, maximumText).matchAll(starter)) {
    if (found.length < maximumCommands) {
      found.push(commandAt(text, match.index + match[0].length));
    }
  }
  return found;
}

const maximumText = 16 * 1024;
const maximumCommands = 20;
const maximumCommand = 4096;

function commandAt(text: string, from: number): string {
  let command = "";
  for (let index = from; index < text.length && command.length < maximumCommand; index += 1) {
    const char = text.charAt(index);
    if (char === "\n" || char === ";" || char === "]" || char === "}") {
      break;
    }
    if (char === "{") {
      const end = closing(text, index);
      command += `'${text.slice(index + 1, end).replaceAll("'", `'\\''`)}'`;
      index = end;
    } else if (char === '"') {
      const quoted = /^"(?:[^"\\]|\\[\s\S])*"/.exec(text.slice(index, index + maximumCommand))?.[0] ?? char;
      command += quoted;
      index += quoted.length - 1;
    } else {
      command += char;
    }
  }
  return command;
}

function closing(text: string, from: number): number {
  let depth = 0;
  for (let index = from; index < text.length; index += 1) {
    const char = text.charAt(index);
    depth += char === "{" ? 1 : char === "}" ? -1 : 0;
    if (depth === 0) {
      return index;
    }
  }
  return text.length;
}
