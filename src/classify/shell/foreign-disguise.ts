export type ForeignShell = "powershell" | "cmd";

/** Text of PowerShell or cmd as it would be without its disguise, and the texts inside it that run on their own. */
export interface Unveiled {
  readonly text: string;
  readonly nested: readonly { readonly text: string; readonly shell: ForeignShell }[];
}

/** Puts constants together, puts known variables and aliases in, and takes out what strings run. Bounded; pure text. */
export function unveil(text: string, shell: ForeignShell): Unveiled {
  if (
    text.length > maximumText ||
    !/['"`%$>]|\bn?s?al\b|alias|\bfor\b|\bcmd\b|\b(?:rd|rmdir|del|erase)\/|\bforfiles\b/i.test(text)
  ) {
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
  let text = source
    .replaceAll(/`\r?\n[ \t]*/g, " ")
    .replaceAll(/\$\{env:([\w()]+)\}/gi, (_all, name: string) => `$env:${name.replaceAll(/[()]/g, "")}`);
  for (let round = 0; round < 16 && concatenation.test(text); round += 1) {
    text = text.replace(concatenation, (_all, a: string, b: string) => `'${inside(a)}${inside(b)}'`);
  }
  text = text.replaceAll(format, (_all, _quote: string, holes: string, values: string) => {
    const list = [...values.matchAll(new RegExp(literal, "g"))].map((match) => inside(match[0]));
    return `'${holes.replaceAll(/\{(\d)\}/g, (_hole, index: string) => list[Number(index)] ?? "")}'`;
  });
  text = withLetters(text);
  text = withVariables(withTables(text))
    .replaceAll(/[&.]\s*\(\s*(['"])([\w.-]+)\1\s*\)/g, "; $2")
    .replaceAll(/(^|[;\n{(|])(\s*)\.\s+(['"])([\w.-]+)\3/g, "$1$2$4");
  return {
    text: withAliases(text),
    nested: [
      ...nestedIn(text, "powershell", powershellNests),
      ...nestedIn(text.replaceAll(/['"]\s*,\s*['"]/g, " "), "cmd", startedTexts),
    ],
  };
}

function inside(quoted: string): string {
  return quoted.slice(1, -1);
}

/** `[char]73+[char]69+[char]88`: letters by their numbers. */
function withLetters(text: string): string {
  return text.replaceAll(
    /\[char\]\s*(?:0x[\da-f]{1,4}|\d{1,5})(?:\s*\+\s*\[char\]\s*(?:0x[\da-f]{1,4}|\d{1,5}))*/gi,
    (all) =>
      [...all.matchAll(/\]\s*(0x[\da-f]+|\d+)/gi)]
        .map((match) => String.fromCodePoint(Number(match[1])))
        .join("")
        .replace(/^([^'\n]*)$/, "'$1'"),
  );
}

/** `$a = @{Path='x'; Recurse=$true}; Remove-Item @a`: what the table stands for. */
function withTables(text: string): string {
  const tables = new Map<string, string>();
  for (const match of text.matchAll(/\$(\w+)\s*=\s*@\{([^{}]{1,400})\}/g)) {
    const pairs = [...(match[2] ?? "").matchAll(/(\w+)\s*=\s*('[^'\n]*'|"[^"\n]*"|[^;\s]+)/g)];
    tables.set(
      (match[1] ?? "").toLowerCase(),
      pairs
        .map(([, name = "", value = ""]) => (/^\$true$/i.test(value) ? `-${name}` : `-${name} ${value}`))
        .join(" "),
    );
  }
  return tables.size === 0
    ? text
    : text.replaceAll(/(?<=\s)@(\w+)\b/g, (all, name: string) => tables.get(name.toLowerCase()) ?? all);
}

/** `$c = 'Remove-Item'; & $c x`: the name that the variable holds. */
function withVariables(text: string): string {
  const names = new Map<string, string>();
  for (const match of text.matchAll(
    /(?:\$|\b(?:set-variable|sv|new-variable|nv)\s+(?:-name\s+)?["']?)(\w+)["']?\s*(?:=|-value|\s)\s*(?:'([\w.\\/:-]+)'|"([\w.\\/:-]+)")/gi,
  )) {
    names.set((match[1] ?? "").toLowerCase(), match[2] ?? match[3] ?? "");
  }
  if (names.size === 0) {
    return text;
  }
  // `& "$verb-Item"`: a name that is put together in a string.
  const filled = text.replaceAll(/(?<=[&.]\s*)"([^"\n`]{1,80})"/g, (all, inner: string) => {
    const whole = inner.replaceAll(
      /\$(?:\((?:\$(\w+))\)|\{(\w+)\}|(\w+))/g,
      (hole, a?: string, b?: string, c?: string) => names.get((a ?? b ?? c ?? "").toLowerCase()) ?? hole,
    );
    return /^[\w.-]+$/.test(whole) ? whole : all;
  });
  const called = filled.replaceAll(/[&.]\s*\$(\w+)\b/g, (all, name: string) => {
    const value = names.get(name.toLowerCase());
    return value === undefined ? all : `; ${value}`;
  });
  // A path that the line itself gives a name, where it is handed on as it is.
  return called.replaceAll(
    /(?<=[\w}\])'"]\s+(?:-\w+[\s:]+)?)\$(\w+)\b(?!\s*[=.[(]|:)/g,
    (all, name: string) => {
      const value = names.get(name.toLowerCase());
      return value === undefined ? all : value;
    },
  );
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

/** Texts that the system is told to start. */
const startedTexts: readonly RegExp[] = [
  /\[(?:System\.)?Diagnostics\.Process\]::Start\(\s*['"]([^'"\n]+['"]\s*,\s*['"][^'"\n]+|[^'"\n]+)['"]/gi,
  /\bWin32_Process\b["')\]\s]*\)?\.Create\(\s*['"]([^'"\n]+)['"]/gi,
  /\bWin32_Process\b[^\n;]{0,200}?-ArgumentList\s+@?\(?['"]([^'"\n]+)['"]/gi,
  /\bWin32_Process\b[^\n;]{0,200}?CommandLine\s*=\s*['"]([^'"\n]+)['"]/gi,
  /(?:\b|_)process\b["']?\s+call\s+create\s+["']([^"'\n]+)["']/gi,
  /\.(?:Run|Exec|ShellExecute)\(\s*(?:""|['"])([^"'\n]+)(?:""|['"])/gi,
];

const cmdNests: readonly RegExp[] = [
  /\bfor\s+\/f\b[^\n(]{0,200}\(\s*['`]([^'`\n]+)['`]/gi,
  /\becho\s+([^|&\n]+)\|\s*cmd(?:\.exe)?\b/gi,
];

function unveilCmd(source: string): Unveiled {
  const values = new Map<string, string>([["comspec", "cmd"]]);
  for (const match of source.matchAll(/\bset\s+"?(\w+)=([^"&|\n\r]*)"?/gi)) {
    values.set((match[1] ?? "").toLowerCase(), match[2] ?? "");
  }
  const known = source.replaceAll(
    /([%!])(\w+)(?::([^%!\n]{1,60}))?\1/g,
    (all, _sign: string, name: string, part: string | undefined) => {
      const value = values.get(name.toLowerCase());
      return value === undefined ? all : part === undefined ? value : (partOf(value, part) ?? all);
    },
  );
  // A name may be followed by its options at once: `rd/s/q x`.
  const spaced = known.replaceAll(/(^|[&|(\n]\s*|\bdo\s+@?)(rd|rmdir|del|erase|format)(?=\/\w)/gi, "$1$2 ");
  const text = withLoops(spaced);
  return {
    text,
    nested: [
      ...nestedIn(text, "cmd", cmdNests),
      ...nestedIn(text, "cmd", startedTexts),
      ...writtenScripts(text),
      ...forEachFile(text),
    ],
  };
}

/** `%x:~1,3%` and `%x:a=b%`. */
function partOf(value: string, part: string): string | undefined {
  const [, from, length] = /^~(-?\d+)(?:,(-?\d+))?$/.exec(part) ?? [];
  if (from !== undefined) {
    const start = Number(from) < 0 ? Math.max(0, value.length + Number(from)) : Number(from);
    const count = length === undefined ? value.length : Number(length);
    return value.slice(start, count < 0 ? value.length + count : start + count);
  }
  const [, old, put = ""] = /^([^=]+)=(.*)$/.exec(part) ?? [];
  return old === undefined ? undefined : value.replaceAll(old, put);
}

/** `for %f in (x\*) do del %f`: the body for what the loop goes through, also below a folder (`/r`). */
function withLoops(source: string): string {
  let text = source;
  for (const match of [
    ...source.matchAll(
      /\bfor\s+((?:\/[dr]\s+)*)("[^"\n]+"|[^\s%"(]+)?\s*%%?(\w)\s+in\s+\(([^()'`\n]{1,300})\)\s+do\s/gi,
    ),
  ].slice(0, 8)) {
    const [all, options = "", root = ".", name = "", set = ""] = match;
    const below = /\/r/i.test(options) ? `${root.replaceAll('"', "")}\\**\\` : "";
    const items = set
      .split(/[\s,]+/)
      .filter((item) => item !== "")
      .map((item) => below + item.replaceAll('"', ""));
    text = withItem(text, { all, name, items });
  }
  for (const match of [
    ...source.matchAll(
      /\bfor\s+\/f\s+(?:"[^"\n]*"\s+)?%%?(\w)\s+in\s+\(\s*['`]dir\s+([^'`\n]*)['`]\s*\)\s+do\s/gi,
    ),
  ].slice(0, 8)) {
    const [all, name = "", words = ""] = match;
    const folder = words.split(/\s+/).findLast((word) => word !== "" && !word.startsWith("/")) ?? ".";
    text = withItem(text, { all, name, items: [`${folder.replaceAll('"', "")}\\*`] });
  }
  return text;
}

interface Loop {
  /** The loop up to its body. */
  readonly all: string;
  readonly name: string;
  readonly items: readonly string[];
}

function withItem(text: string, { all, name, items }: Loop): string {
  const from = text.indexOf(all) + all.length;
  return (
    text.slice(0, from) +
    text.slice(from).replaceAll(new RegExp(`%%?(?:~\\w*)?${name}\\b`, "g"), () => items.join(","))
  );
}
/** `echo rd /s /q x > a.bat & a.bat`: a script that the line writes and then runs. */
function writtenScripts(text: string): Unveiled["nested"] {
  return [...text.matchAll(/\becho\s+([^>&|\n]+)>+\s*([\w.\\/-]+\.(?:bat|cmd))\b/gi)]
    .slice(0, maximumNested)
    .filter((match) => text.slice((match.index ?? 0) + match[0].length).includes(match[2] ?? "\0"))
    .map((match) => ({ text: match[1] ?? "", shell: "cmd" as const }));
}

/** `forfiles /p x /c "cmd /c del @path"`. */
function forEachFile(text: string): Unveiled["nested"] {
  return [...text.matchAll(/\bforfiles\b([^\n"]{0,200}(?:"[^"\n]*"[^\n"]{0,80})?)\/c\s+"([^"\n]+)"/gi)]
    .slice(0, maximumNested)
    .map((match) => {
      const folder = /\/p\s+"?([^"\s]+)/i.exec(match[1] ?? "")?.[1] ?? ".";
      const names = /\/m\s+"?([^"\s]+)/i.exec(match[1] ?? "")?.[1] ?? "*";
      return {
        text: (match[2] ?? "").replaceAll(/@(?:path|file)/gi, () => `${folder}\\${names}`),
        shell: "cmd" as const,
      };
    });
}

function nestedIn(text: string, shell: ForeignShell, patterns: readonly RegExp[]): Unveiled["nested"] {
  return patterns
    .flatMap((pattern) => [...text.matchAll(pattern)])
    .slice(0, maximumNested)
    .map((match) => ({ text: (match[1] ?? "").replaceAll("''", "'"), shell }));
}
