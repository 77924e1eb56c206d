import { normalizedCall } from "../http/call.ts";
import { classifyHttpCall } from "../http/classify-call.ts";
import { report } from "../report.ts";
import { readArgumentValues } from "./read-value.ts";
import type { CodeSite } from "./site.ts";
import { firstText, unknownPart } from "./value.ts";

interface WebCall {
  readonly pattern: RegExp;
  /** Where the address is among the arguments. */
  readonly url: number;
  /** Where the method is, where the name of the call does not say it. */
  readonly method?: number;
}

const calls: readonly WebCall[] = [
  {
    pattern:
      /\b(?:requests|httpx|session|client|s|aiohttp|http|axios|got|ky|superagent|request|needle|HTTParty|RestClient|Faraday|Http|\$client|conn|api|c|ua|tiny|mech|resty|guzzle|new(?:\([^()]*\))?)(?:\.|::|->)(delete|put|patch|post|del)\s*\(/gi,
    url: 0,
  },
  { pattern: /\b(?:requests|httpx|session|client|s|http)\.request\s*\(/g, url: 1, method: 0 },
  {
    pattern: /(?<![\w.])(?:fetch|\$fetch|ofetch|axios|got|request|urllib\.request\.Request|Request)\s*\(/g,
    url: 0,
  },
];

const maximumCalls = 20;
const maximumRest = 1500;

/** Judges the requests by which code changes something elsewhere, where the address stands in it. */
export function judgeWebCalls(site: CodeSite): void {
  const { code } = site.context;
  if (/https?\b|\bHTTP\b|api\./.test(code)) {
    let left = maximumCalls;
    for (const call of calls) {
      for (const match of code.matchAll(call.pattern)) {
        left -= 1;
        if (left < 0) {
          return;
        }
        judgeCall(call, match, site);
      }
    }
    judgeConnections(site);
  }
  judgeClients(site);
}

function judgeCall(call: WebCall, match: RegExpExecArray, site: CodeSite): void {
  const { context } = site;
  const at = match.index + match[0].length;
  const rest = context.code.slice(at, at + maximumRest);
  const values = readArgumentValues(context, at);
  const named = match[1]?.replace(/^del$/i, "delete");
  const option = /\bmethod\s*[:=]\s*["'`](\w+)["'`]/i.exec(rest)?.[1];
  const method = named ?? (call.method === undefined ? option : firstText(values[call.method]));
  const text = firstText(values[call.url]);
  const url = /^https?:/.test(text)
    ? text
    : /^\s*\{?[^{}]{0,300}?\burl\s*[:=]\s*["'`](https?:[^"'`]+)/.exec(rest)?.[1];
  if (url !== undefined && method !== undefined && /^(?:delete|put|patch|post)$/i.test(method)) {
    send(site, method, url, rest);
  }
}

/** `http.client.HTTPSConnection(HOST)` and `.request(METHOD, PATH)`; `Net::HTTP::Delete`, `curl_setopt`. */
function judgeConnections(site: CodeSite): void {
  const { code } = site.context;
  const host = /\bHTTPS?Connection\(\s*["']([\w.:-]+)["']/.exec(code)?.[1];
  const asked = /\.request\(\s*["'](DELETE|PUT|PATCH|POST)["']\s*,\s*["']([^"']+)["']/.exec(code);
  if (host !== undefined && asked !== null) {
    send(
      site,
      asked[1] ?? "",
      `https://${host}${asked[2] ?? ""}`,
      code.slice(asked.index, asked.index + maximumRest),
    );
  }
  judgeNamedHosts(site);
  const url = /["'](https?:\/\/[^"'\s]+)["']/.exec(code)?.[1];
  const method =
    /Net::HTTP::(Delete|Put|Patch|Post)\b/.exec(code)?.[1] ??
    /(?:CURLOPT_CUSTOMREQUEST\s*,|HTTP::Request->new\(|\bmethod["']?\s*=>|->request\()\s*["'](DELETE|PUT|PATCH|POST)["']/.exec(
      code,
    )?.[1] ??
    /\bhttp\.request\(\s*["'](DELETE|PUT|PATCH|POST)["']/i.exec(code)?.[1];
  if (url !== undefined && method !== undefined) {
    send(site, method, url, code.slice(0, maximumRest));
  }
}

/** `https.request({ method, host, path })`, `Net::HTTP.new(HOST).delete(PATH)`. */
function judgeNamedHosts(site: CodeSite): void {
  const { code } = site.context;
  const asks = /\.request\(\s*\{([^{}]{0,400})/.exec(code)?.[1] ?? "";
  const verb = /\bmethod\s*:\s*["'](\w+)["']/.exec(asks)?.[1];
  const server = /\bhost(?:name)?\s*:\s*["']([\w.:-]+)["']/.exec(asks)?.[1];
  if (verb !== undefined && server !== undefined && /^(?:delete|put|patch|post)$/i.test(verb)) {
    send(site, verb, `https://${server}${/\bpath\s*:\s*["']([^"']+)["']/.exec(asks)?.[1] ?? "/"}`, asks);
  }
  const opened = /Net::HTTP\.(?:new|start)\(\s*["']([\w.-]+)["']/.exec(code)?.[1];
  const told = /\.(delete|put|patch|post)\(\s*["'](\/[^"']*)["']/.exec(code);
  if (opened !== undefined && told !== null) {
    send(
      site,
      told[1] ?? "",
      `https://${opened}${told[2] ?? ""}`,
      code.slice(told.index, told.index + maximumRest),
    );
  }
}

function send({ scope, at, how }: CodeSite, method: string, url: string, rest: string): void {
  const provider = scope.catalogue.providerByHost(/^https?:\/\/([^/:?#]+)/.exec(url)?.[1] ?? "");
  if (provider?.graphql !== undefined && /^post$/i.test(method)) {
    // What it asks for is read where the text is searched for mutations.
    return;
  }
  const body = /\b(?:json|data|body|content|payload)\s*[:=]/.test(rest)
    ? ({ kind: "unknown", because: "a body in code", hints: rest } as const)
    : ({ kind: "none" } as const);
  classifyHttpCall(
    normalizedCall({
      method,
      url: url.replaceAll(unknownPart, "{}"),
      headers: [],
      body,
      credentialTexts: [rest],
      sender: how,
    }),
    scope,
    scope.evidence(at),
  );
}

interface CloudClient {
  readonly library: RegExp;
  readonly provider: string;
  readonly deletes: RegExp;
}

const clients: readonly CloudClient[] = [
  {
    library: /google\.cloud|googleapiclient|@google-cloud|google-cloud-/,
    provider: "gcp",
    deletes: /\.(?:delete(?!_(?:if|label|tag|blobs?_on))\w*|destroy\w*|deleteFiles)\s*\(/,
  },
  {
    library: /azure\.(?:mgmt|storage|cosmos|keyvault|identity|data)|@azure\//,
    provider: "azure",
    deletes:
      /\.(?:begin_delete\w*|beginDelete\w*|delete_\w+|delete(?:Method|Container|Blob|Database|Table|Queue)\w*|begin_purge\w*|purge_\w+|begin_deallocate)\s*\(/,
  },
  {
    library:
      /\bpydo\b|digitalocean|hcloud|linode_api4|vultr|openstack|\bscaleway\b|@pulumi|python_terraform|\bovh\b|exoscale/,
    provider: "cloud",
    deletes: /\.(?:destroy\w*|delete\w*|terminate\w*)\s*\(/,
  },
  {
    library: /@octokit|\bgithub3?\b|PyGithub|python-gitlab|\bgitlab\b/i,
    provider: "github",
    deletes:
      /\.(?:repos\.delete|delete_?[rR]epo\w*|get_repo\([^()]*\)\.delete|projects\.delete|orgs\.delete)\s*\(/,
  },
  {
    library: /\bdocker\b|dockerode|python_on_whales/,
    provider: "docker",
    deletes:
      /volumes?\.(?:prune|get\([^()]*\)\.remove|remove)\s*\(|\.pruneVolumes\s*\(|getVolume\([^()]*\)\.remove\s*\(/,
  },
  {
    library: /\bstripe\b|Stripe\(/,
    provider: "stripe",
    deletes:
      /\b(?:stripe|Stripe)[\w.:]*\.(?:delete|del|cancel)\s*\(|\.(?:customers|products|subscriptions|plans|coupons)\.(?:del|delete|cancel)\s*\(/,
  },
];

/** Calls of a cloud's own library that delete what it keeps. Those of AWS and Kubernetes are in the catalogue's tables. */
function judgeClients({ context, at, scope, how }: CodeSite): void {
  const { code } = context;
  for (const { library, provider, deletes } of clients) {
    const match = library.test(code) ? deletes.exec(code) : null;
    if (match !== null) {
      const call = match[0].replaceAll(/^\.|\s*\($/g, "");
      report(scope, at, {
        action: `${provider}:sdk_delete`,
        effects: [
          provider === "stripe" || provider === "docker"
            ? "irreversible_data_deletion"
            : "irreversible_infrastructure_deletion",
        ],
        target: call,
        because: `${how} calls \`${call}\`, which deletes what is kept there`,
        reach: provider === "docker" ? "local" : "remote",
      });
    }
  }
  if (
    /\bkeyring\.get_password\s*\(|\bget_secret_value\s*\(|\baccess_secret_version\s*\(|\.getSecretValue\s*\(/.test(
      code,
    )
  ) {
    report(scope, at, {
      action: "process:read_keyring",
      effects: ["credential_access"],
      target: "a store of secrets",
      because: `${how} reads a stored secret`,
      access: "read",
    });
  }
}
