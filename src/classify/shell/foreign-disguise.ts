import type { ForeignShell } from "./foreign.ts";

/** Text of PowerShell or cmd as it would be without its disguise, and the texts inside it that run on their own. */
export interface Unveiled {
  readonly text: string;
  readonly nested: readonly { readonly text: string; readonly shell: ForeignShell }[];
}

/** Puts constants together, puts known variables and aliases in, and takes out what strings run. Bounded; pure text. */
export function unveil(text: string, shell: ForeignShell): Unveiled {
  if (text.length > maximumText || !/['"`%$]|\bn?s?al\b|alias|\bfor\b|\bcmd\b/i.test(text)) {
    return { text, nested: [] };
  }
  return shell === "powershell" ? unveilPowerShell(text) : unveilCmd(text);
}

const maximumText = 16 * 1024;
const maximumNested = 20;

const literal = `(?:'[^'\\n]*'|"[^"$\`\\n]*")`;
const concatenation = new RegExp(`(${literal})\\s*\\+\\s*(${literal})`);
const format = new RegExp(`(['"])((?:\\{\\d\\})+)\\1\\s*-f\\s*(${literal}(?:\\s*,\\s*${literal})*)`, "gi");

function unveilPowerShell(source: string): Unveiled {
  let text = source.replaceAll(/`\r?\n[ \t]*/g, " ");
  for (let round = 0; round < 16 && concatenation.test(text); round += 1) {
    text = text.replace(concatenation, (_all, a: string, b: string) => `'${inside(a)}${inside(b)}'`);
  }
  text = text.replaceAll(format, (_all, _quote: string, holes: string, values: string) => {
    const list = [...values.matchAll(new RegExp(literal, "g"))].map((match) => inside(match[0]));
    return `'${holes.replaceAll(/\{(\d)\}/g, (_hole, index: string) => list[Number(index)] ?? "")}'`;
  });
  text = withVariables(text)
    .replaceAll(/[&.]\s*\(\s*(['"])([\w.-]+)\1\s*\)/g, "; $2")
    .replaceAll(/(^|[;\n{(|])(\s*)\.\s+(['"])([\w.-]+)\3/g, "$1$2$4");
  return { text: withAliases(text), nested: nestedIn(text, "powershell", powershellNests) };
}

function inside(quoted: string): string {
  return quoted.slice(1, -1);
}

/** `$c = 'Remove-Item'; & $c x`: the name that the variable holds. */
function withVariables(text: string): string {
  const names = new Map<string, string>();
  for (const match of text.matchAll(/\$(\w+)\s*=\s*(?:'([\w.\\/-]+)'|"([\w.\\/-]+)")/g)) {
    names.set((match[1] ?? "").toLowerCase(), match[2] ?? match[3] ?? "");
  }
  return names.size === 0
    ? text
    : text.replaceAll(/[&.]\s*\$(\w+)\b/g, (all, name: string) => {
        const value = names.get(name.toLowerCase());
        return value === undefined ? all : `; ${value}`;
      });
}

const aliasing =
  /\b(?:set-alias|new-alias|sal|nal)\s+(?:-name\s+)?['"]?(\w[\w-]*)['"]?\s+(?:-value\s+)?['"]?([\w.-]+)/gi;

function withAliases(text: string): string {
  let result = text;
  for (const [, name = "", value = ""] of [...text.matchAll(aliasing)].slice(0, 8)) {
    result = result.replaceAll(new RegExp(`(^|[;\\n{|&(]\\s*)${name}(?=\\s)`, "gi"), `$1${value}`);
  }
  return result;
}

const powershellNests: readonly RegExp[] = [
  /(?:\[scriptblock\]::create|\.invokescript)\s*\(\s*'((?:[^']|'')+)'/gi,
  /(?:\[scriptblock\]::create|\.invokescript)\s*\(\s*"([^"]+)"/gi,
  /"[^"\n]{0,400}?\$\(([^()\n]*(?:\([^()\n]*\)[^()\n]*)*)\)/g,
];

const cmdNests: readonly RegExp[] = [
  /\bfor\s+\/f\b[^\n(]{0,200}\(\s*['`]([^'`\n]+)['`]/gi,
  /\bforfiles\b[^\n]{0,200}?\/c\s+"([^"\n]+)"/gi,
  /\becho\s+([^|&\n]+)\|\s*cmd(?:\.exe)?\b/gi,
];

function unveilCmd(source: string): Unveiled {
  const values = new Map<string, string>();
  for (const match of source.matchAll(/\bset\s+"?(\w+)=([^"&|\n\r]*)"?/gi)) {
    values.set((match[1] ?? "").toLowerCase(), match[2] ?? "");
  }
  const text =
    values.size === 0
      ? source
      : source.replaceAll(/[%!](\w+)[%!]/g, (all, name: string) => values.get(name.toLowerCase()) ?? all);
  return { text, nested: nestedIn(text, "cmd", cmdNests) };
}

function nestedIn(text: string, shell: ForeignShell, patterns: readonly RegExp[]): Unveiled["nested"] {
  return patterns
    .flatMap((pattern) => [...text.matchAll(pattern)])
    .slice(0, maximumNested)
    .map((match) => ({ text: (match[1] ?? "").replaceAll("''", "'"), shell }));
}
