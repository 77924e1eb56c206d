import { reportDeletion, reportRead, reportWrite } from "../file-actions.ts";
import { isVendorInstaller } from "../installers.ts";
import { report } from "../report.ts";
import type { Scope } from "../scope.ts";
import type { Word } from "./invocation.ts";
import { knownWord, unknownWord } from "./word.ts";

const maximumCalls = 40;

const fileCalls =
  /\[(?:System\.)?IO\.(File|Directory)(?:Info)?\]::(\w+)\s*\(\s*(?:"([^"\n]{0,400})"|'([^'\n]{0,400})'|([^),\n]{0,400}))/gi;

/** What PowerShell reaches past its own commands: `[IO.File]::Delete("…")` and its kin. */
export function judgeTypeCalls(text: string, scope: Scope): void {
  judgeMethods(text, scope);
  if (!text.includes("::")) {
    return;
  }
  for (const match of [...text.matchAll(fileCalls)].slice(0, maximumCalls)) {
    const at = { start: match.index, end: match.index + match[0].length };
    judgeFileCall(
      { kind: match[1] ?? "", method: match[2] ?? "", word: argument(match, scope, at) },
      at,
      scope,
    );
  }
  judgeReflection(text, scope);
  const dump = /\[(?:System\.)?Environment\]::GetEnvironmentVariables\b/i.exec(text);
  if (dump !== null) {
    reportEnvironment(scope, { start: dump.index, end: dump.index + dump[0].length });
  }
  judgeLastingVariables(text, scope);
  const block =
    /\[(?:System\.Management\.Automation\.)?ScriptBlock\]::Create\s*\(\s*(?!["'][^"'$]*["']\s*\))/i.exec(
      text,
    );
  if (block !== null) {
    scope.opaque("a script block is made of text that is not known before it runs", {
      start: block.index,
      end: text.length,
      text: text.slice(block.index, block.index + 200),
    });
  }
}

/** A variable of the user or the machine outlasts its process: `PATH` decides what every later name means. */
function judgeLastingVariables(text: string, scope: Scope): void {
  const found =
    /\[(?:System\.)?Environment\]::SetEnvironmentVariable\s*\(\s*["']?([\w$:]{1,80})["']?\s*,[^()\n]{0,400},\s*(?:["'](?:Machine|User)["']|\[(?:System\.)?EnvironmentVariableTarget\]::(?:Machine|User))/i.exec(
      text,
    );
  if (found !== null) {
    report(
      scope,
      { start: found.index, end: found.index + found[0].length },
      {
        action: "system:set_variable",
        effects: ["persistence", "system_modification"],
        target: found[1] ?? "",
        because: "it sets a variable for everything that starts from now on",
      },
    );
  }
}

interface Place {
  readonly start: number;
  readonly end: number;
}

function argument(match: RegExpMatchArray, scope: Scope, at: Place): Word {
  const literal =
    match[3]?.replace(/^\$(?:env:(?:USERPROFILE|HOME)|HOME|\{HOME\})(?=[\\/]|$)/i, "~") ?? match[4];
  if (/^\s*\$_\b/.test(match[5] ?? "")) {
    return { ...unknownWord("what comes through the pipe", at.start, at.end), template: "$__item" };
  }
  if (literal === undefined || (match[3] !== undefined && literal.includes("$"))) {
    return unknownWord(literal ?? match[5] ?? "", at.start, at.end);
  }
  const path = literal.startsWith("~") ? scope.lookups.home + literal.slice(1) : literal;
  return knownWord(path.replaceAll("\\", "/"), at.start, at.end);
}

interface FileCall {
  readonly kind: string;
  readonly method: string;
  readonly word: Word;
}

function judgeFileCall({ kind, method, word }: FileCall, at: Place, scope: Scope): void {
  const how = `\`[IO.${kind}]::${method}\``;
  if (/^Delete$/i.test(method)) {
    reportDeletion(scope, word, at, { recursive: /^directory$/i.test(kind), how });
  } else if (/^(?:Read|Open|Copy|Move)/i.test(method) && /^file$/i.test(kind)) {
    reportRead(scope, word, at, `${how} reads it`);
  } else if (/^(?:Write|Append|Create)/i.test(method) && /^file$/i.test(kind)) {
    reportWrite(scope, word, at, how);
  }
}

const whatIsDeleted =
  /(?:Get-ChildItem|Get-Item|gci|ls|dir|gi|DirectoryInfo|FileInfo|Scripting\.FileSystemObject|FileIO\.FileSystem\]?|Win32_ShadowCopy|Win32_Directory|CIM_DataFile|Win32_Product|Win32_UserProfile)\b/i;

/** `(Get-Item x).Delete()`, `gci x | % Delete`, `$fso.DeleteFolder("x")`: objects that are told to go. */
function judgeMethods(text: string, scope: Scope): void {
  for (const match of [
    ...text.matchAll(
      /(?:\.|::)(?:Delete|DeleteFolder|DeleteFile|DeleteDirectory|DeleteTree|Uninstall)\s*\(|(?:%|ForEach-Object|foreach)\s+(?:-MemberName\s+)?Delete\b/gi,
    ),
  ].slice(0, maximumCalls)) {
    const before = text.slice(Math.max(0, match.index - 240), match.index);
    const source = whatIsDeleted.exec(before)?.[0];
    const given = /^\s*(?:"([^"\n$]{1,300})"|'([^'\n]{1,300})')/.exec(
      text.slice(match.index + match[0].length),
    );
    const at = { start: match.index, end: match.index + match[0].length };
    if (source === undefined || /\[(?:System\.)?IO\.(?:File|Directory)\]$/i.test(before)) {
      continue;
    }
    if (/Win32_ShadowCopy/i.test(source)) {
      report(scope, at, {
        action: "system:delete_backups",
        effects: ["irreversible_data_deletion", "system_modification"],
        target: source,
        because: "it deletes backups of the machine",
      });
      continue;
    }
    const listed =
      /(?:Get-ChildItem|Get-Item|gci|ls|dir|gi|Info['")\]]*)\s+(?:-(?:Path|LiteralPath)\s+)?["']?([^\s"'|;)]+)/i.exec(
        before,
      )?.[1];
    const path = given?.[1] ?? given?.[2] ?? (listed?.startsWith("-") === true ? "." : listed);
    const word =
      path === undefined || path.includes("$")
        ? unknownWord(path ?? source, at.start, at.end)
        : knownWord(path.replaceAll("\\", "/"), at.start, at.end);
    reportDeletion(scope, word, at, { recursive: true, how: "a method" });
  }
}

/** Code that is loaded from bytes or made from a text that is not there. */
function judgeReflection(text: string, scope: Scope): void {
  const found =
    /\[(?:System\.)?Reflection\.Assembly\]::Load\s*\(/i.exec(text) ??
    /\[(?:System\.)?AppDomain\]::CurrentDomain\.(?:Load|DefineDynamicAssembly)\b/i.exec(text);
  if (found !== null) {
    scope.opaque("it loads code that is not known before it runs", {
      start: found.index,
      end: text.length,
      text: text.slice(found.index, found.index + 200),
    });
  }
}

/** What runs or sends without a command of its own: compiled text, clients of the network, commands by description. */
export function judgeDisguisedCalls(text: string, scope: Scope): void {
  const compiled = /\bAdd-Type\b[^;\n]{0,80}-(?:TypeDefinition|MemberDefinition)\s+\$(\w+)/i.exec(text);
  const unseen = compiled !== null && !new RegExp(`\\$${compiled[1] ?? ""}\\s*=\\s*@?['"]`, "i").test(text);
  const called = /(?:^|[\s;|{(])[&.]\s*\(\s*(?:gcm|Get-Command|gal|Get-Alias|\$)/i.exec(text);
  const place = unseen ? compiled : called;
  if (place !== null) {
    scope.opaque("which code runs is not known before it runs", {
      start: place.index,
      end: text.length,
      text: text.slice(place.index, place.index + 200),
    });
  }
  for (const match of [
    ...text.matchAll(
      /\.Upload(?:File|Data|String)(?:Async|TaskAsync)?\s*\(\s*["']([^"'\n]{1,300})["'](?:\s*,\s*["']([^"'\n]{1,300})["'])?/gi,
    ),
  ].slice(0, maximumCalls)) {
    const at = { start: match.index, end: match.index + match[0].length };
    if (match[2] !== undefined) {
      reportRead(scope, knownWord(match[2].replaceAll("\\", "/"), at.start, at.end), at, "it is uploaded");
    }
    report(scope, at, {
      action: "network:upload",
      effects: ["data_exfiltration"],
      target: match[1] ?? "",
      because: "it uploads to another machine",
      reach: "remote",
    });
  }
}

/** `Get-ChildItem Env:` and what else shows every variable at once. */
export function reportEnvironment(scope: Scope, at: Place): void {
  report(scope, at, {
    action: "process:print_environment",
    effects: ["credential_access"],
    target: "the whole environment",
    because: "it prints the whole environment, with the credentials in it",
    access: "read",
  });
}

const fetched =
  /\b(?:irm|iwr|curl|wget|Invoke-RestMethod|Invoke-WebRequest)\s+(?:-\w+\s+){0,8}["']?([a-z]+:\/\/[^\s"'|;)]{1,400})["']?(?:\s+-\w+){0,8}\s*\)?(?:\.Content)?\s*\|\s*(?:iex|Invoke-Expression)\b/gi;

/**
 * Installers that their vendor documents, run as documented, are taken out of the text; its length stays. Everything else
 * that is fetched and run is reported here, and found again by its `iex`.
 */
export function withoutInstallers(text: string, scope: Scope): string {
  if (!/\b(?:iex|Invoke-Expression)\b/i.test(text)) {
    return text;
  }
  return text.replaceAll(fetched, (all: string, address: string, offset: number) => {
    const vendor = isVendorInstaller(address);
    report(
      scope,
      { start: offset, end: offset + all.length },
      {
        action: vendor ? "shell:run_installer" : "shell:run_remote_code",
        effects: vendor ? [] : ["remote_code_execution"],
        target: address,
        because: vendor
          ? "it runs the installer that its vendor documents"
          : "it runs what it receives from the network",
      },
    );
    return vendor ? " ".repeat(all.length) : all;
  });
}

const saved =
  /\b(?:iwr|irm|curl|wget|Invoke-WebRequest|Invoke-RestMethod|Start-BitsTransfer|DownloadFile)\b[^;\n|]{0,400}?(?:-OutFile|-Destination|-o|,)\s*["']?([^\s"';|)]+)/gi;

/** Names of the files that the text downloads: running one of them runs what nobody has read. */
export function downloadedBy(text: string): ReadonlySet<string> {
  if (!/OutFile|Destination|DownloadFile|\s-o\s/i.test(text)) {
    return none;
  }
  return new Set([...text.matchAll(saved)].slice(0, maximumCalls).map((match) => bareName(match[1] ?? "")));
}

const none: ReadonlySet<string> = new Set();

/** The last part of a path in lower case: what it is called where it is run. */
export function bareName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1).toLowerCase();
}
