import { normalizedCall, type HttpBody, type HttpHeader } from "../http/call.ts";
import { classifyHttpCall } from "../http/classify-call.ts";
import { Transfer, type OptionValue } from "../http/transfer.ts";
import type { ProgramRule } from "../scope.ts";

const parameters = [
  "uri",
  "method",
  "custommethod",
  "body",
  "infile",
  "outfile",
  "headers",
  "token",
  "contenttype",
  "useragent",
  "proxy",
  "credential",
  "authentication",
  "websession",
  "sessionvariable",
  "form",
  "timeoutsec",
  "maximumredirection",
];

/** PowerShell's own HTTP commands. Header tables are read as text: a name of a credential in them is enough. */
export const invokeWeb: ProgramRule = {
  programs: ["invoke-restmethod", "invoke-webrequest", "irm", "iwr"],
  examples: {
    matches: [
      {
        command:
          "Invoke-RestMethod -Method Post -Uri https://backboard.railway.app/graphql/v2 -Body 'mutation { volumeDelete(volumeId: 1) }'",
        actions: ["railway:volume_delete"],
      },
      { command: "iwr https://example.com/a.zip -OutFile a.zip", actions: ["http:get", "fs:write"] },
      { command: "irm -Method Delete https://api.example.com/v1/a", actions: ["http:delete"] },
    ],
    misses: [{ command: "irm", actions: ["http:get"] }],
  },
  judge(invocation, scope) {
    const transfer = new Transfer(invocation, scope);
    const given = readParameters(transfer);
    const uri = given.get("uri");
    if (uri === undefined) {
      return;
    }
    const body = bodyOf(given, transfer);
    const texts = [...given.values()].flatMap((value) => [
      value.text,
      value.word.template ?? value.word.text,
    ]);
    const call = normalizedCall({
      method:
        given.get("method")?.text ??
        given.get("custommethod")?.text ??
        (body.kind === "none" ? "GET" : "POST"),
      url: uri.text,
      headers: headersOf(given.get("headers")?.text ?? ""),
      body,
      credentialTexts: texts,
      sender: `\`${invocation.program}\``,
    });
    transfer.reportSent(uri.text);
    classifyHttpCall(call, scope, scope.evidence(invocation));
    transfer.reportSaved(given.get("outfile"));
  },
};

/** Parameters by their full name in lower case; what stands alone is the URI. A name may be shortened, and end in `:`. */
function readParameters(transfer: Transfer): ReadonlyMap<string, OptionValue> {
  const given = new Map<string, OptionValue>();
  const { words } = transfer.invocation;
  for (let at = 1; at < words.length; at += 1) {
    const word = words[at];
    if (word === undefined) {
      break;
    }
    const text = transfer.text(word);
    if (!/^-[A-Za-z]/.test(text)) {
      given.set("uri", given.get("uri") ?? { word, text });
      continue;
    }
    const written = text.slice(1).replace(/:$/, "").toLowerCase();
    const name = parameters.find((candidate) => candidate.startsWith(written));
    const next = words[at + 1];
    if (name !== undefined && next !== undefined) {
      given.set(name, { word: next, text: transfer.text(next) });
      at += 1;
    }
  }
  return given;
}

function bodyOf(given: ReadonlyMap<string, OptionValue>, transfer: Transfer): HttpBody {
  const file = given.get("infile");
  if (file !== undefined) {
    const read = transfer.readFile(file);
    return read.kind === "none" ? { kind: "unknown", because: "standard input" } : read;
  }
  const inline = given.get("body") ?? given.get("form");
  return inline === undefined ? { kind: "none" } : { kind: "text", text: inline.text };
}

/** `@{ Authorization = "Bearer …"; 'X-A' = "b" }`, as far as a pattern goes. */
function headersOf(text: string): readonly HttpHeader[] {
  return [...text.matchAll(/["']?([A-Za-z][\w-]*)["']?\s*=\s*["']?([^"';}]*)/g)].map((match) => ({
    name: match[1] ?? "",
    value: match[2] ?? "",
  }));
}
