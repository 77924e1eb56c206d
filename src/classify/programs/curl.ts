import { normalizedCall, type HttpBody, type HttpCall } from "../http/call.ts";
import { resolveText } from "../http/carried.ts";
import { classifyHttpCall } from "../http/classify-call.ts";
import { Transfer, type OptionValue } from "../http/transfer.ts";
import { decodeLenient, expandUrlGlobs, readUrl } from "../http/url.ts";
import { hole } from "../../catalogue/hole.ts";
import type { ProgramRule } from "../scope.ts";
import { knownWord } from "../shell/word.ts";
import { curlRequests, type CurlRequest } from "./curl-request.ts";

const graphqlBody = String.raw`'{"query":"mutation { volumeDelete(volumeId: \"vol_1\") }"}'`;

export const curl: ProgramRule = {
  programs: ["curl"],
  examples: {
    matches: [
      {
        command: `curl https://backboard.railway.app/graphql/v2 -d ${graphqlBody}`,
        actions: ["railway:volume_delete"],
      },
      { command: "curl -sSL https://example.com/install", actions: ["http:get"] },
      { command: "curl -X DELETE https://api.example.com/v1/items/5", actions: ["http:delete"] },
      { command: "curl -T notes.txt https://example.com/", actions: ["fs:read", "http:put"] },
      { command: "curl -o out.json https://example.com/a.json", actions: ["fs:write", "http:get"] },
    ],
    misses: [
      { command: "curl --version", actions: ["http:get"] },
      { command: `curl https://example.com/graphql -d ${graphqlBody}`, actions: ["railway:volume_delete"] },
    ],
  },
  judge(invocation, scope) {
    const transfer = new Transfer(invocation, scope);
    for (const request of curlRequests(invocation, scope, transfer)) {
      judgeRequest(request, transfer);
    }
  },
};

/** More addresses than this in one call are nobody's work, and would take as long as they are many. */
const maximumAddresses = 200;

function judgeRequest(request: CurlRequest, transfer: Transfer): void {
  const { scope, invocation } = transfer;
  if (request.urls.length > maximumAddresses) {
    scope.opaque("`curl` is given more addresses than can be judged", scope.evidence(invocation));
  }
  for (const value of request.urls.slice(0, maximumAddresses)) {
    for (const url of request.globbing ? expandUrlGlobs(value.text) : [value.text]) {
      if (/^file:/i.test(url)) {
        readLocalUrl(url, transfer);
        continue;
      }
      const call = callOf(request, url, value);
      transfer.reportSent(call.url);
      classifyHttpCall(normalizedCall(call), scope, scope.evidence(invocation));
      if (request.remoteName) {
        const name = readUrl(url).path.split("/").at(-1) ?? "";
        transfer.reportSaved({ word: knownWord(name, 0, 0), text: name });
      }
    }
  }
  for (const output of request.outputs) {
    transfer.reportSaved(output);
  }
}

function readLocalUrl(url: string, transfer: Transfer): void {
  const path = resolveText(decodeLenient(url.replace(/^file:(?:\/\/[^/]*)?/i, "")), transfer.scope);
  if (path !== undefined) {
    transfer.readFile({ word: knownWord(path, 0, 0), text: path });
    transfer.reportSent("localhost");
  }
}

function callOf(request: CurlRequest, url: string, value: OptionValue): HttpCall {
  const query = [...request.queries, ...(request.asQuery ? request.data : [])].join("&");
  const whole = query === "" ? url : `${url}${url.includes("?") ? "&" : "?"}${query}`;
  const body = request.asQuery ? ({ kind: "none" } as const) : bodyOf(request);
  const natural = request.head
    ? "HEAD"
    : request.upload !== undefined
      ? "PUT"
      : body.kind === "none"
        ? "GET"
        : "POST";
  return {
    method: request.method ?? natural,
    url: whole,
    headers: request.headers,
    body,
    credentialTexts: [value.text, value.word.text, ...request.credentialTexts],
    sender: "`curl`",
  };
}

function bodyOf(request: CurlRequest): HttpBody {
  if (request.upload !== undefined) {
    return request.upload.kind === "none" ? { kind: "unknown", because: "standard input" } : request.upload;
  }
  if (request.unknownBody !== undefined) {
    return request.data.some((text) => text !== hole)
      ? { kind: "text", text: request.data.join(request.joint) }
      : request.unknownBody;
  }
  if (request.form.length > 0) {
    return { kind: "form", fields: request.form };
  }
  return request.data.length === 0
    ? { kind: "none" }
    : { kind: "text", text: request.data.join(request.joint) };
}
