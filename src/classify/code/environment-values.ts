import { isCredentialVariable } from "../programs/environment.ts";
import { report } from "../report.ts";
import type { CodeLanguage } from "./read-value.ts";
import type { CodeSite } from "./site.ts";

const dumps: Readonly<Record<CodeLanguage, RegExp>> = {
  python:
    /(?:print|dumps|pprint|pp|write|str|repr|urlencode)\s*\(\s*(?:\*?(?:dict|list|sorted)\s*\(\s*)?os\.environ\s*(?:\)|\.items|\.copy|\.values|,)|for\s+\w+(?:\s*,\s*\w+)?\s+in\s+(?:sorted\(\s*)?os\.environ(?!\s*\.\s*keys)/,
  javascript:
    /(?:console\.\w+|stringify|write|dir|inspect)\s*\(\s*(?:JSON\.stringify\s*\(\s*)?process\.env\s*[,)]|Deno\.env\.toObject|Object\.(?:entries|values)\(\s*process\.env\s*\)|\bin\s+process\.env\b[\s\S]{0,200}process\.env\[|console\.\w+\(\s*Bun\.env\s*\)|(?:stringify|console\.\w+)\(\s*\{\s*\.\.\.process\.env\b/,
  ruby: /\b(?:puts|p|print|pp)\b\s*\(?\s*ENV(?:\.(?:inspect|to_h|to_a|map|each))?(?!\[|\.fetch)|\bENV\.each\b/,
  perl: /\b(?:print|say|Dumper|foreach|for|keys|each|map)\b[^;]*%ENV/,
  php: /(?:print_r|var_dump|var_export|echo|json_encode)\s*\(?\s*(?:\$_ENV|\$_SERVER|getenv\(\s*\))/,
};

const whole: Readonly<Partial<Record<CodeLanguage, RegExp>>> = {
  python:
    /(?:json|data|params|content|body|headers)\s*=\s*(?:\w+\.\w+\(\s*)?(?:dict\(\s*os\.environ|os\.environ\b(?!\.get|\[)|\{\s*\*\*\s*os\.environ)/,
  javascript:
    /(?:body|data|json|params)\s*:\s*(?:JSON\.stringify\(\s*)?\{?\s*(?:\.\.\.)?process\.env\b(?!\.|\[)/,
};

/** What prints: the value of a variable stands in it as it is. */
const printers: Readonly<Record<CodeLanguage, RegExp>> = {
  python:
    /\bprint\(\s*(?:f?["'][^"'\n]{0,80}["']\s*,\s*|f["'][^"'\n]{0,80}\{)?(?:os\.environ\[\s*["'](\w+)["']\s*\]|os\.(?:environ\.get|getenv)\(\s*["'](\w+)["'][^()\n]{0,40}\))\s*[),}]/g,
  javascript:
    /\bconsole\.\w+\(\s*(?:["'`][^"'`\n]{0,80}["'`]\s*[,+]\s*|`[^`\n]{0,80}\$\{)?(?:process|Bun)\.env(?:\.(\w+)|\[\s*["'](\w+)["']\s*\])\s*[),}]/g,
  ruby: /\b(?:puts|p|print)\b\s*\(?\s*ENV(?:\[\s*["'](\w+)["']\s*\]|\.fetch\(\s*["'](\w+)["'])\s*\)?\s*(?:$|[;\n])/g,
  perl: /\b(?:print|say)\s+\(?\s*"?\$ENV\{\s*["']?(\w+)["']?\s*\}/g,
  php: /\b(?:echo|print|var_dump|print_r)\b\s*\(?\s*(?:getenv\(\s*["'](\w+)["']\s*\)|\$_(?:ENV|SERVER)\[\s*["'](\w+)["']\s*\])/g,
};

/** The environment, or a credential in it, printed or sent by inline code. */
export function judgeEnvironment({ context, at, scope, how }: CodeSite): void {
  const { code, language } = context;
  if (!/environ|\benv\b|ENV/i.test(code)) {
    return;
  }
  if (whole[language]?.test(code) === true) {
    report(scope, at, {
      action: "network:send_environment",
      effects: ["data_exfiltration", "credential_access"],
      target: "the whole environment",
      because: `${how} sends the whole environment, with the credentials in it`,
      access: "read",
      reach: "remote",
    });
  } else if (dumps[language].test(code)) {
    report(scope, at, {
      action: "process:print_environment",
      effects: ["credential_access"],
      target: "the whole environment",
      because: `${how} prints the whole environment, with the credentials in it`,
      access: "read",
    });
  }
  for (const match of [...code.matchAll(printers[language])].slice(0, 20)) {
    const name = match[1] ?? match[2] ?? "";
    if (isCredentialVariable(name)) {
      report(scope, at, {
        action: "process:print_variable",
        effects: ["credential_access"],
        target: name,
        because: `${how} prints \`${name}\``,
        access: "read",
      });
    }
  }
}
