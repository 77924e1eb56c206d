import { unresolved, type ArgumentValue } from "../../catalogue/arguments.ts";
import { hole, isWhole } from "../../catalogue/hole.ts";
import { normalizedCall, type HttpBody, type HttpHeader } from "../http/call.ts";
import { classifyHttpCall } from "../http/classify-call.ts";
import { Transfer, valueAfter, type OptionValue } from "../http/transfer.ts";
import { hasOption, optionSpec, readArguments, type Arguments } from "../options.ts";
import type { ProgramRule } from "../scope.ts";
import type { Word } from "../shell/invocation.ts";

const options = optionSpec(
  "-a --auth -A --auth-type --bearer -o --output -p --print -P -s --style --pretty --raw --session --session-read-only --proxy --timeout --verify --cert --cert-key --boundary --max-redirects --max-headers --format-options --response-charset --response-mime --default-scheme --ssl --ciphers",
);

export const httpie: ProgramRule = {
  programs: ["http", "https", "xh", "xhs"],
  examples: {
    matches: [
      {
        command:
          "http POST https://backboard.railway.app/graphql/v2 query='mutation{volumeDelete(volumeId:\"v\")}'",
        actions: ["railway:volume_delete"],
      },
      { command: "http example.com/a", actions: ["http:get"] },
      { command: "https DELETE api.example.com/v1/a", actions: ["http:delete"] },
    ],
    misses: [{ command: "http --version", actions: ["http:get"] }],
  },
  judge(invocation, scope) {
    const transfer = new Transfer(invocation, scope);
    const args = readArguments(invocation.words, options);
    const [first, second] = args.operands;
    if (first === undefined) {
      return;
    }
    const hasMethod = second !== undefined && /^[A-Za-z]+$/.test(transfer.text(first));
    const urlWord = hasMethod ? second : first;
    const items = args.operands.slice(hasMethod ? 2 : 1).map((word) => readItem(word, transfer));
    const body = bodyOf(args, items, transfer);
    const url = urlOf(transfer.text(urlWord), invocation.program, items);
    const call = normalizedCall({
      method: hasMethod ? transfer.text(first) : body.kind === "none" ? "GET" : "POST",
      url,
      headers: items.flatMap((item): readonly HttpHeader[] =>
        item.kind === "header" ? [{ name: item.name, value: item.text }] : [],
      ),
      body,
      credentialTexts: credentialTexts(args, items, transfer),
      sender: `\`${invocation.program}\``,
    });
    transfer.reportSent(url);
    classifyHttpCall(call, scope, scope.evidence(invocation));
    const output = args.values.get("-o") ?? args.values.get("--output");
    transfer.reportSaved(output === undefined ? undefined : { word: output, text: transfer.text(output) });
  },
};

/** One of the words behind the URL: `name:value`, `name==value`, `name=value`, `name:=json`, `name@file`. */
interface Item {
  readonly kind: "header" | "query" | "member";
  readonly name: string;
  readonly text: string;
  readonly value: ArgumentValue;
  readonly written: string;
}

const separators = [":=@", ":=", "==", "=@", ":@", "=", "@", ":"];

function readItem(word: Word, transfer: Transfer): Item {
  const text = transfer.text(word);
  const at = text.search(/[:=@]/);
  const separator = separators.find((candidate) => text.startsWith(candidate, at)) ?? "";
  const name = at < 0 ? text : text.slice(0, at);
  const value = valueAfter(word, text, Math.max(at, 0) + separator.length);
  const written = word.template ?? word.text;
  if (separator === ":" || separator === ":@") {
    return { kind: "header", name, text: value.text, value: value.text, written };
  }
  if (separator === "==") {
    return { kind: "query", name, text: value.text, value: value.text, written };
  }
  const content = separator.endsWith("@") ? fileText(value, transfer) : value.text;
  const json = separator.startsWith(":=");
  return { kind: "member", name, text: content, value: json ? parsed(content) : content, written };
}

function fileText(value: OptionValue, transfer: Transfer): string {
  const read = transfer.readFile({ word: value.word, text: value.text.split(";")[0] ?? "" });
  return read.kind === "text" ? read.text : hole;
}

function parsed(text: string): ArgumentValue {
  try {
    return isWhole(text) ? (JSON.parse(text) as ArgumentValue) : unresolved;
  } catch {
    return unresolved;
  }
}

function bodyOf(args: Arguments, items: readonly Item[], transfer: Transfer): HttpBody {
  const raw = args.values.get("--raw");
  if (raw !== undefined) {
    return { kind: "text", text: transfer.text(raw) };
  }
  const members = items.filter((item) => item.kind === "member");
  if (members.length === 0) {
    const fed = transfer.invocation.stdin.kind === "inherited" || hasOption(args, "-I", "--ignore-stdin");
    return fed ? { kind: "none" } : transfer.readInput();
  }
  if (hasOption(args, "-f", "--form", "--multipart")) {
    return { kind: "form", fields: members.map(({ name, text }) => ({ name, text })) };
  }
  const object: Record<string, ArgumentValue> = {};
  for (const member of members) {
    const [, outer, inner] = /^([^[\]]+)\[([^\]]*)\]$/.exec(member.name) ?? [];
    if (outer === undefined || inner === undefined) {
      object[member.name] = member.value;
    } else {
      object[outer] = { ...(object[outer] as object | undefined), [inner]: member.value } as ArgumentValue;
    }
  }
  return { kind: "text", text: jsonWithHoles(object) };
}

/** JSON in which what is not known is a hole, which readers of bodies understand. */
function jsonWithHoles(value: ArgumentValue): string {
  return JSON.stringify(value, (_key, member: unknown) => (member === unresolved ? hole : member));
}

/** `:8080/a` and `/a` are on this machine; a scheme is put in where there is none. */
function urlOf(text: string, program: string, items: readonly Item[]): string {
  const local = text.startsWith(":") || text.startsWith("/") ? `localhost${text}` : text;
  const whole = /^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(local)
    ? local
    : `${program.endsWith("s") ? "https" : "http"}://${local}`;
  const query = items
    .filter((item) => item.kind === "query")
    .map(
      ({ name, text: value }) =>
        `${name}=${value
          .split(hole)
          .map((part) => encodeURIComponent(part))
          .join(hole)}`,
    );
  return query.length === 0 ? whole : `${whole}${whole.includes("?") ? "&" : "?"}${query.join("&")}`;
}

function credentialTexts(args: Arguments, items: readonly Item[], transfer: Transfer): readonly string[] {
  const values = ["-a", "--auth", "--bearer"].flatMap((name) => {
    const word = args.values.get(name);
    return word === undefined ? [] : [transfer.text(word), word.template ?? word.text];
  });
  const headers = items.filter((item) => item.kind === "header").flatMap((item) => [item.text, item.written]);
  return [...values, ...headers];
}
