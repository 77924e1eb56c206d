import { hole } from "../../catalogue/hole.ts";
import { normalizedCall, type HttpBody } from "../http/call.ts";
import { classifyHttpCall } from "../http/classify-call.ts";
import { Transfer, type OptionValue } from "../http/transfer.ts";
import { readUrl } from "../http/url.ts";
import { readArguments, optionSpec, type Arguments } from "../options.ts";
import type { ProgramRule } from "../scope.ts";
import type { Word } from "../shell/invocation.ts";
import { knownWord } from "../shell/word.ts";

const options = optionSpec(
  `-O --output-document -o --output-file -a --append-output -i --input-file -B --base -t --tries -T --timeout -w --wait
-P --directory-prefix -U --user-agent -Q --quota -e --execute -A --accept -R --reject -D --domains -I -X -l --level
--header --method --body-data --body-file --post-data --post-file --user --password --http-user --http-password
--proxy-user --proxy-password --referer --load-cookies --save-cookies --limit-rate --bind-address --certificate
--private-key --ca-certificate --ca-directory --default-page --warc-file --config --dns-servers --max-redirect`.replace(
    /\s+/g,
    " ",
  ),
);

export const wget: ProgramRule = {
  programs: ["wget", "wget2"],
  examples: {
    matches: [
      { command: "wget -q https://example.com/a.tar.gz", actions: ["http:get", "fs:write"] },
      {
        command:
          'wget -qO- --post-data \'{"query":"mutation{volumeDelete(volumeId:\\"v\\")}"}\' https://backboard.railway.app/graphql/v2',
        actions: ["railway:volume_delete"],
      },
      { command: "wget --method=DELETE https://api.example.com/v1/a", actions: ["http:delete"] },
    ],
    misses: [{ command: "wget --help", actions: ["http:get"] }],
  },
  judge(invocation, scope) {
    const transfer = new Transfer(invocation, scope);
    const args = readArguments(invocation.words, options);
    const body = bodyOf(args, transfer);
    const headers = headersOf(args, transfer);
    const method = valueText(args, "--method", transfer) ?? (body.kind === "none" ? "GET" : "POST");
    for (const word of args.operands) {
      const url = transfer.text(word);
      transfer.reportSent(url);
      const call = normalizedCall({
        method,
        url,
        headers: headers.map((line) => ({
          name: line.slice(0, Math.max(line.indexOf(":"), 0)),
          value: line.slice(line.indexOf(":") + 1).trim(),
        })),
        body,
        credentialTexts: [url, word.text, ...headers, ...credentialTexts(args, transfer)],
        sender: `\`${invocation.program}\``,
      });
      classifyHttpCall(call, scope, scope.evidence(invocation));
      reportSaved(args, url, transfer);
    }
  },
};

function bodyOf(args: Arguments, transfer: Transfer): HttpBody {
  for (const name of ["--post-data", "--body-data"]) {
    const word = args.values.get(name);
    if (word !== undefined) {
      const read = transfer.readValue(valueOf(word, transfer));
      return read.kind === "none" ? { kind: "unknown", because: "standard input" } : read;
    }
  }
  for (const name of ["--post-file", "--body-file"]) {
    const word = args.values.get(name);
    if (word !== undefined) {
      const read = transfer.readFile(valueOf(word, transfer));
      return read.kind === "none" ? { kind: "unknown", because: "standard input" } : read;
    }
  }
  return { kind: "none" };
}

/** `--header` may be given more than once, so that the words are looked through again. */
function headersOf(args: Arguments, transfer: Transfer): readonly string[] {
  if (!args.flags.has("--header")) {
    return [];
  }
  const texts = transfer.invocation.words.map((word) => transfer.text(word));
  return texts.flatMap((text, index) =>
    text === "--header"
      ? (texts[index + 1] ?? hole)
      : text.startsWith("--header=")
        ? text.slice("--header=".length)
        : [],
  );
}

function credentialTexts(args: Arguments, transfer: Transfer): readonly string[] {
  return ["--user", "--password", "--http-user", "--http-password", "--header"].flatMap((name) => {
    const word = args.values.get(name);
    return word === undefined ? [] : [transfer.text(word), word.template ?? word.text];
  });
}

/** Without `-O` the answer goes to a file named after the URL. */
function reportSaved(args: Arguments, url: string, transfer: Transfer): void {
  const output = args.values.get("-O") ?? args.values.get("--output-document");
  if (output !== undefined) {
    transfer.reportSaved(valueOf(output, transfer));
    return;
  }
  const folder = valueText(args, "-P", transfer) ?? valueText(args, "--directory-prefix", transfer);
  const name = readUrl(url).path.split("/").at(-1) ?? "";
  if (!args.flags.has("--spider") && !url.includes(hole)) {
    const path = `${folder === undefined ? "" : `${folder}/`}${name === "" ? "index.html" : name}`;
    transfer.reportSaved({ word: knownWord(path, 0, 0), text: path });
  }
}

function valueText(args: Arguments, name: string, transfer: Transfer): string | undefined {
  const word = args.values.get(name);
  return word === undefined ? undefined : transfer.text(word);
}

function valueOf(word: Word, transfer: Transfer): OptionValue {
  return { word, text: transfer.text(word) };
}
