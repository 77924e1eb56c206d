import { decodeBase64 } from "../shell/decoders.ts";
import { turnedText } from "./known-calls.ts";
import type { CodeLanguage } from "./read-value.ts";

const maximumNames = 40;

/**
 * Code with the names that its libraries go by: `from shutil import rmtree as r` makes every `r(` a `shutil.rmtree(`,
 * and names that are put together (`'child_' + 'process'`, `getattr(os, 'sys' + 'tem')`) are whole. Bounded; pure text.
 */
export function canonicalCode(source: string, language: CodeLanguage): string {
  const text = foldedStrings(source, language);
  switch (language) {
    case "python":
      return pythonNames(text);
    case "javascript":
      return scriptNames(text);
    default:
      return language === "ruby" ? rubyNames(text) : text;
  }
}

const literal = `(?:'[^'\\\\\\n]*'|"[^"\\\\$#{}\\n]*")`;
const added = new RegExp(`(${literal})\\s*\\+\\s*(${literal})(?!\\s*%)`);
const dotted = new RegExp(`(${literal})\\s*\\.\\s*(${literal})`);
const turned = new RegExp(`(${literal})(?:\\[::-1\\]|\\.reverse\\b(?!\\())`, "g");
const listed = new RegExp(
  `\\[\\s*(${literal}(?:\\s*,\\s*${literal})*)\\s*\\]\\.join\\(\\s*(?:''|"")\\s*\\)`,
  "g",
);
const glued = new RegExp(
  `(?:''|"")\\.join\\(\\s*[[(]\\s*(${literal}(?:\\s*,\\s*${literal})*)\\s*[\\])]\\s*\\)`,
  "g",
);
const decoded = new RegExp(
  `(?:base64\\.(?:b64decode|standard_b64decode|urlsafe_b64decode)|atob|base64_decode|decode_base64|Base64\\.(?:strict_|urlsafe_)?decode64)\\(\\s*b?(${literal})\\s*\\)(?:\\.decode\\([^()]*\\))?|Buffer\\.from\\(\\s*(${literal})\\s*,\\s*["']base64["']\\s*\\)(?:\\.toString\\([^()]*\\))?`,
  "g",
);

function inside(quoted: string): string {
  return quoted.slice(1, -1);
}

/** A text in quotes that do not occur in it. */
function requoted(text: string): string | undefined {
  return text.includes("'") ? (text.includes('"') ? undefined : `"${text}"`) : `'${text}'`;
}

function foldedStrings(source: string, language: CodeLanguage): string {
  if (!/["']\s*[+.[]|join|b64decode|atob|base64|decode_?64/.test(source)) {
    return source;
  }
  const between = language === "php" || language === "perl" ? dotted : added;
  let text = source.replaceAll(decoded, (all: string, first?: string, second?: string) => {
    const plain = decodeBase64(inside(first ?? second ?? "''"));
    return plain === undefined || !/^[\t\n\r -~]+$/.test(plain) ? all : JSON.stringify(plain);
  });
  text = text.replaceAll(turned, (_all, quoted: string) => requoted(turnedText(inside(quoted))) ?? quoted);
  const put = (all: string, items: string): string =>
    requoted([...items.matchAll(new RegExp(literal, "g"))].map((match) => inside(match[0])).join("")) ?? all;
  text = text.replaceAll(listed, put).replaceAll(glued, put);
  for (let round = 0; round < 24 && between.test(text); round += 1) {
    text = text.replace(between, (all, a: string, b: string) => requoted(inside(a) + inside(b)) ?? all);
  }
  return text;
}

/** Puts a longer name in wherever a short one is called, or handed on as it is. */
function renamed(text: string, short: string, long: string): string {
  return short === long || !/^[$\w]+$/.test(short)
    ? text
    : text.replaceAll(
        new RegExp(`(?<![\\w.$'"])${short.replaceAll("$", "\\$")}(?=\\s*[(,)])(?!\\s*,?\\s*=)`, "g"),
        () => long,
      );
}

const pythonModules =
  /^(?:os|shutil|subprocess|pathlib|sys|pty|asyncio|runpy|importlib|builtins|base64|codecs|zlib|glob|shlex|requests|httpx|boto3|ctypes|urllib\.request|os\.path|tempfile|commands|http\.client|smtplib|platform|marshal|bz2|gzip|lzma)$/;

/** What `from … import *` brings, as far as it matters. */
const exported: ReadonlyMap<string, readonly string[]> = new Map([
  ["subprocess", ["run", "call", "Popen", "check_call", "check_output", "getoutput"]],
  ["os", ["system", "popen", "remove", "unlink", "rmdir", "removedirs", "execvp", "execv"]],
  ["shutil", ["rmtree", "move"]],
]);

function pythonNames(source: string): string {
  const plain = source
    .replaceAll(/\b__import__\(\s*["']([\w.]+)["']\s*\)/g, "$1")
    .replaceAll(/\b(?:importlib\.)?import_module\(\s*["']([\w.]+)["']\s*\)/g, "$1")
    .replaceAll(/\bsys\.modules\[\s*["']([\w.]+)["']\s*\]/g, "$1")
    .replaceAll(/\bgetattr\(\s*([\w.]+)\s*,\s*["'](\w+)["']\s*\)/g, "$1.$2")
    .replaceAll(/\b(?:vars|globals)?\(?([\w.]*)\)?(?:\.__dict__)\[\s*["'](\w+)["']\s*\]/g, "$1.$2")
    .replaceAll(/\b(?:builtins|__builtins__)\.(exec|eval|open|__import__|compile)\b/g, "$1")
    .replaceAll(/\b(os|subprocess|shutil)\.__getattribute__\(\s*["'](\w+)["']\s*\)/g, "$1.$2");
  return heldFunctions(
    fromImports(wholeImports(plain)),
    /(?:^|[;\n])[ \t]*(\w+)[ \t]*=[ \t]*((?:os|shutil|subprocess)\.\w+|exec|eval)[ \t]*(?=[;\n]|$)/g,
  );
}

/** `import subprocess as sp`, `from subprocess import *`. */
function wholeImports(source: string): string {
  let text = source;
  for (const [, list = ""] of [...text.matchAll(/(?:^|[;\n:])[ \t]*import[ \t]+([^\n;]+)/g)].slice(
    0,
    maximumNames,
  )) {
    for (const [, module = "", short = ""] of list.matchAll(/([\w.]+)\s+as\s+(\w+)/g)) {
      text = text.replaceAll(new RegExp(`(?<![\\w.])${short}\\.(?=\\w)`, "g"), () => `${module}.`);
    }
  }
  for (const [, module = ""] of [...text.matchAll(/\bfrom[ \t]+(\w+)[ \t]+import[ \t]*\*/g)].slice(0, 4)) {
    for (const name of exported.get(module) ?? []) {
      text = renamed(text, name, `${module}.${name}`);
    }
  }
  return text;
}

/** `from shutil import rmtree as r`. */
function fromImports(source: string): string {
  let text = source;
  for (const [, module = "", list = ""] of [
    ...text.matchAll(/(?:^|[;\n:])[ \t]*from[ \t]+([\w.]+)[ \t]+import[ \t]*\(?([^;)\n]+(?:\n[^;)]*\))?)/g),
  ].slice(0, maximumNames)) {
    if (pythonModules.test(module)) {
      for (const [, name = "", short = name] of list.matchAll(/(\w+)(?:\s+as\s+(\w+))?/g)) {
        text = name === "Path" && short === "Path" ? text : renamed(text, short, `${module}.${name}`);
      }
    } else {
      for (const [, name = "", short = ""] of list.matchAll(/(\w+)\s+as\s+(\w+)/g)) {
        text = renamed(text, short, name);
      }
    }
  }
  return text;
}

function scriptNames(source: string): string {
  let text = source
    .replaceAll(/\[\s*["']([A-Za-z_]\w*)["']\s*\](?=\s*\()/g, ".$1")
    .replaceAll(/["']node:(\w+)["']/g, '"$1"')
    .replaceAll(
      /\brequire\(\s*["'](rimraf|del|shelljs|axios|got|execa|child_process)["']\s*\)(?=\s*[.(])/g,
      "$1",
    );
  const lists = [
    /\{([^{}]{1,400})\}\s*=\s*(?:await\s+import|require)\s*\(/g,
    /\bimport\s*(?:[\w$]+\s*,\s*)?\{([^{}]{1,400})\}\s*from\b/g,
  ];
  for (const pattern of lists) {
    for (const [, list = ""] of [...text.matchAll(pattern)].slice(0, maximumNames)) {
      for (const [, name = "", short = ""] of list.matchAll(/(\w+)\s*(?::|\sas\s)\s*([\w$]+)/g)) {
        text = renamed(text, short, name);
      }
    }
  }
  return heldFunctions(
    text,
    /(?:const|let|var)\s+([\w$]+)\s*=\s*((?:[\w$]+|require\(\s*["']fs["']\s*\))\.(?:exec\w*|spawn\w*|rm\w*|unlink\w*)|eval|Function)\s*(?=[;,\n]|$)/g,
  );
}

function rubyNames(source: string): string {
  return source
    .replaceAll(/\b(?:Kernel|Object|self)\.(?:send|public_send|__send__)\(?\s*[:"'](\w+)["']?\s*,\s*/g, "$1(")
    .replaceAll(
      /\b(FileUtils|File|Dir)\.(?:send|public_send|__send__)\(?\s*[:"'](\w+)["']?\s*,\s*/g,
      "$1.$2(",
    )
    .replaceAll(/\bKernel\.(?=system|exec|spawn)/g, "");
}

/** `f = os.system; f("…")`. */
function heldFunctions(source: string, pattern: RegExp): string {
  let text = source;
  for (const [, short = "", long = ""] of [...source.matchAll(pattern)].slice(0, 8)) {
    text = text.replaceAll(new RegExp(`(?<![\\w.$])${short.replaceAll("$", "\\$")}(?=\\()`, "g"), () => long);
  }
  return text;
}
