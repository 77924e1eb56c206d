import { isRecord } from "../../catalogue/arguments.ts";
import type { Evidence } from "../../model/action.ts";
import type { McpCallPayload } from "../../model/request.ts";
import type { Scope } from "../scope.ts";
import type { Stdin } from "../shell/invocation.ts";
import { knownWord } from "../shell/word.ts";
import { textsIn } from "./mcp-arguments.ts";

/*
 * Servers for clusters wrap kubectl and helm, each with tool names of its own: `kubectl_delete`, `pods_delete`,
 * `delete_pod`, `resources_delete` with a kind. Each call is judged as the command line that it stands for, so that a
 * kind means the same whichever way it is deleted.
 */

const servers = /(?:^|[^a-z0-9])(?:k8s|kubernetes|kubectl|kube|helm|openshift)(?:$|[^a-z0-9])/i;
const tools = /^(?:kubectl|helm|k8s|kubernetes)(?:_|$)|_(?:k8s|kubectl|helm)(?:_|$)/;

/** One value of the input by any of its names, whatever way their words are joined. */
type Argument = (...names: readonly string[]) => unknown;

interface Line {
  readonly words: readonly string[];
  readonly fed?: string;
}

/** Judges a tool of a cluster's server as the command that it stands for. False where nobody can say which one. */
export function judgeKubernetesTool(
  payload: McpCallPayload,
  tool: string,
  at: { readonly scope: Scope; readonly evidence: Evidence },
): boolean {
  if (!servers.test(payload.server) && !tools.test(tool)) {
    return false;
  }
  const argument = argumentsOf(payload.input);
  const whole = wholeLine(tool, argument);
  if (whole !== undefined) {
    at.scope.shell(whole, `the tool \`${payload.tool}\``, at.evidence);
    return true;
  }
  const helm = /(?:^|_)helm(?:_|$)/.test(tool) || /(?:^|[^a-z0-9])helm(?:$|[^a-z0-9])/i.test(payload.server);
  const line = helm ? helmLine(tool, argument) : kubectlLine(tool, argument);
  if (line === undefined) {
    return false;
  }
  const stdin: Stdin = line.fed === undefined ? { kind: "inherited" } : { kind: "text", text: line.fed };
  at.scope.command(
    line.words.map((word) => knownWord(word, 0, 0)),
    stdin,
  );
  return true;
}

function argumentsOf(input: unknown): Argument {
  const found = new Map<string, unknown>();
  const outer = isRecord(input) ? Object.entries(input) : [];
  const inner = outer.flatMap(([name, value]) =>
    /^(?:params|arguments|input|options)$/i.test(name) && isRecord(value) ? Object.entries(value) : [],
  );
  for (const [name, value] of [...inner, ...outer]) {
    found.set(name.replace(/[_-]/g, "").toLowerCase(), value);
  }
  return (...names) =>
    names.map((name) => found.get(name)).find((value) => value !== undefined && value !== "");
}

function textOf(value: unknown): string | undefined {
  const text = typeof value === "number" ? String(value) : textsIn(value).join(",");
  return text === "" ? undefined : text;
}

/** `kubectl {args: "get pods"}`, `call_kubectl`, `run_kubectl_command`: text that goes to the program as it is. */
function wholeLine(tool: string, argument: Argument): string | undefined {
  const found =
    /^(?:(?:call|run|execute|exec|invoke|use|k8s)_)*(kubectl|helm|oc)(?:_(?:command|cmd|exec|run|execute|cli|raw|rw|ro|write|read|readonly))*$/.exec(
      tool,
    );
  const text = textsIn(argument("command", "cmd", "args", "arguments", "kubectlcommand")).join(" ");
  if (/^\s*(?:kubectl|helm|oc)\s/.test(text)) {
    return text;
  }
  return found?.[1] === undefined || text === "" ? undefined : `${found[1]} ${text}`;
}

/** Words of tools' names, by the command that they stand for, strictest first. */
const verbs: readonly (readonly [command: string, words: RegExp])[] = [
  ["delete", /^(?:delete|remove|destroy|cleanup|purge)$/],
  ["drain", /^drain$/],
  ["cordon", /^(?:cordon|taint)$/],
  ["uncordon", /^uncordon$/],
  ["exec", /^(?:exec|execute|attach)$/],
  ["debug", /^debug$/],
  ["cp", /^(?:cp|copy|upload|download)$/],
  ["rollout restart", /^restart$/],
  ["rollout undo", /^(?:undo|rollback)$/],
  ["rollout", /^rollout$/],
  ["scale", /^scale$/],
  ["patch", /^(?:patch|edit|set)$/],
  ["replace", /^replace$/],
  ["apply", /^(?:apply|update|upsert)$/],
  ["create", /^(?:create|new|add)$/],
  ["run", /^run$/],
  ["expose", /^expose$/],
  ["label", /^label$/],
  ["annotate", /^annotate$/],
  ["port-forward", /^(?:portforward|forward)$/],
  ["logs", /^logs?$/],
  ["top", /^(?:top|metrics|stats|usage)$/],
  ["events", /^events?$/],
  ["explain", /^explain$/],
  ["describe", /^describe$/],
  ["get", /^(?:get|list|find|show|watch|search|view|read)$/],
];

const noise =
  /^(?:kubectl|kubernetes|k8s|kube|oc|openshift|cluster|resources?|objects?|manifests?|yaml|json|file|generic|custom|all|management|manage|namespaced|by|name|from|for|the|a|of|to|and|details?|status|info|summary)$/;

function kubectlLine(tool: string, argument: Argument): Line | undefined {
  const parts = tool
    .replace(/create_or_update|create_or_apply|apply_or_update/, "apply")
    .replace("port_forward", "portforward")
    .replace(/_in_.*$/, "")
    .split("_");
  const configured = configLine(parts, argument);
  if (configured !== undefined) {
    return { words: ["kubectl", ...configured] };
  }
  const told = textOf(argument("operation", "action", "verb", "subcommand"))?.toLowerCase();
  const verb = commandIn([...parts, ...toldWords(parts, told, argument)]);
  // What a stopped tunnel or a looked-up list of kinds does not touch.
  if (/^(?:stop_portforward|(?:(?:list|get)_)?api_(?:resources|versions))$/.test(parts.join("_"))) {
    return { words: ["kubectl", "api-resources"] };
  }
  // A tool that runs something is none that starts a pod, unless it takes an image.
  if (verb === undefined || (verb === "run" && argument("image") === undefined)) {
    return undefined;
  }
  const command = verb === "rollout" ? ["rollout", plain(told ?? "restart")] : verb.split(" ");
  const objects = objectWords(verb, parts, argument);
  const fed = textOf(manifestOf(argument));
  return {
    words: [
      "kubectl",
      ...command,
      ...objects,
      ...placeWords(argument, "--context"),
      ...settingWords(verb, argument),
      ...(fed === undefined || objects.length > 0 ? fileWords(verb, argument) : ["-f", "-"]),
      ...(verb === "exec" ? ["--", ...containerWords(argument)] : []),
    ],
    ...(fed === undefined ? {} : { fed }),
  };
}

/** Words of the operation that a tool for several of them is given. */
function toldWords(
  parts: readonly string[],
  told: string | undefined,
  argument: Argument,
): readonly string[] {
  if (!parts.some((part) => /^(?:manage|management|resources?|generic|nodes?)$/.test(part))) {
    return [];
  }
  const generic = parts.includes("generic") ? textOf(argument("command")) : undefined;
  return [told, generic].flatMap((text) => text?.split(/[_\s]/) ?? []);
}

function commandIn(words: readonly string[]): string | undefined {
  return verbs.find(([, pattern]) => words.some((word) => pattern.test(word)))?.[0];
}

/** Tools for the configuration on this machine: which contexts there are, which one is used, what it holds. */
function configLine(parts: readonly string[], argument: Argument): readonly string[] | undefined {
  if (parts.includes("configuration") || parts.includes("kubeconfig")) {
    return parts.includes("contexts") ? ["config", "get-contexts"] : ["config", "view", "--raw"];
  }
  if (!parts.some((part) => /^contexts?$/.test(part))) {
    return undefined;
  }
  const told = [...parts, textOf(argument("operation", "action")) ?? ""];
  return told.some((word) => /^(?:set|use|switch|change|select)$/i.test(word))
    ? ["config", "use-context", textOf(argument("name", "context", "contextname")) ?? "$CONTEXT"]
    : ["config", "get-contexts"];
}

/** `persistent_volume_claim` is one kind, `old_namespaces` says more than the kind: each reading counts. */
function kindInName(parts: readonly string[]): string | undefined {
  return parts.length === 0 ? undefined : [...new Set([parts.join(""), parts.at(-1)])].join(",");
}

/** Commands whose words are a name alone, of a pod or a node. */
const byName = /^(?:exec|logs|port-forward|run|drain|cordon|uncordon|cp|debug|events|top|explain)$/;

function objectWords(verb: string, parts: readonly string[], argument: Argument): readonly string[] {
  const rest = parts.filter((part) => !noise.test(part) && !verbs.some(([, words]) => words.test(part)));
  const kind =
    textOf(argument("resourcetype", "kind", "resourcekind")) ??
    kindInName(rest) ??
    kindWord(argument("resource", "type"));
  const own = kind?.toLowerCase().replace(/s$/, "");
  const name =
    textOf(
      argument(
        "name",
        "names",
        "resourcename",
        "podname",
        "pod",
        "deploymentname",
        "nodename",
        `${own}name`,
        "releasename",
      ),
    ) ??
    (own === "namespace"
      ? textOf(argument("namespace"))
      : own === undefined
        ? undefined
        : textOf(argument(own)));
  if (byName.test(verb)) {
    return name === undefined ? [] : [plain(name)];
  }
  if (kind === undefined) {
    return [];
  }
  // A kind with what the API says of it (`Kind`) has no dots; with a list, each counts.
  return [plain(kind.toLowerCase()), ...(name?.split(",").map(plain) ?? [])];
}

/** `resource` is a kind in some tools, and a manifest in others. */
function kindWord(value: unknown): string | undefined {
  const text = textOf(value);
  return text !== undefined && /^[\w./,-]+$/.test(text) ? text : undefined;
}

/** A name is no option, whatever it begins with: `--dry-run` as a name would hide what is done. */
function plain(name: string): string {
  return name.trim().replace(/^-+/, "");
}

function manifestOf(argument: Argument): unknown {
  const value = argument(
    "manifest",
    "manifests",
    "yaml",
    "yamlcontent",
    "content",
    "body",
    "resource",
    "definition",
    "spec",
  );
  return typeof value === "string"
    ? /\bkind\b/.test(value)
      ? value
      : undefined
    : isRecord(value) && "kind" in value
      ? JSON.stringify(value)
      : undefined;
}

function fileWords(verb: string, argument: Argument): readonly string[] {
  const file = textOf(argument("filename", "file", "filepath", "path", "yamlpath", "manifestpath"));
  return file !== undefined && /^(?:apply|create|delete|replace|patch)$/.test(verb) ? ["-f", file] : [];
}

/** `-n`, the context, and addresses that lead elsewhere. */
function placeWords(argument: Argument, contextOption: string): readonly string[] {
  const all = argument("allnamespaces") === true || argument("namespace") === "*";
  const options: readonly (readonly [string, unknown])[] = [
    ["-n", all ? undefined : argument("namespace", "ns")],
    [contextOption, argument("context", "kubecontext", "contextname", "cluster", "clustername")],
    ["--kubeconfig", argument("kubeconfig", "kubeconfigpath")],
  ];
  const words = options.flatMap(([option, value]) => {
    const text = textOf(value);
    return text === undefined ? [] : [option, text];
  });
  return all ? [...words, "-A"] : words;
}

/** Settings that decide what a command touches. */
function settingWords(verb: string, argument: Argument): readonly string[] {
  const set = (name: string, option: string): readonly string[] => (argument(name) === true ? [option] : []);
  // Tools that delete take no such setting: it would be ignored.
  const tried = set("dryrun", "--dry-run=client");
  switch (verb) {
    case "get": {
      const named = argument("name", "resourcename") !== undefined;
      const output = textOf(argument("output", "format")) ?? (named ? "yaml" : undefined);
      return output === undefined ? [] : ["-o", output];
    }
    case "delete": {
      const selector = textOf(argument("labelselector", "selector", "labels"));
      return [
        ...(selector === undefined ? [] : ["-l", selector]),
        ...set("all", "--all"),
        ...set("deleteall", "--all"),
      ];
    }
    case "scale": {
      const count = textOf(argument("replicas", "scale", "count"));
      return count === undefined ? [] : [`--replicas=${count}`];
    }
    case "patch": {
      const patch = argument("patch", "patchdata");
      const text = typeof patch === "object" ? JSON.stringify(patch) : textOf(patch);
      return [...(text === undefined ? [] : ["-p", text]), ...tried];
    }
    case "apply":
      return [...set("prune", "--prune"), ...tried];
    case "create":
      return tried;
    case "replace":
      return set("force", "--force");
    default:
      return [];
  }
}

/** What runs in a container: words as they are, a text by a shell. */
function containerWords(argument: Argument): readonly string[] {
  const command = argument("command", "cmd", "commands");
  return typeof command === "string" ? ["sh", "-c", command] : textsIn(command);
}

const helmVerbs: readonly (readonly [command: string, words: RegExp])[] = [
  ["uninstall", /^(?:uninstall|delete|remove)$/],
  ["rollback", /^rollback$/],
  ["upgrade --install", /^(?:install|upgrade|apply|update|deploy|create)$/],
  ["get values", /^values$/],
  ["template", /^(?:template|lint|render)$/],
  ["status", /^(?:status|history)$/],
  ["list", /^(?:list|ls|get|releases?|search|show|repos?)$/],
];

function helmLine(tool: string, argument: Argument): Line | undefined {
  const parts = tool.split("_");
  // Repositories of charts are this machine's own settings.
  if (parts.some((part) => /^(?:repo|repos|repository|repositories)$/.test(part))) {
    return { words: ["helm", "repo", "list"] };
  }
  const verb = helmVerbs.find(([, words]) => parts.some((part) => words.test(part)))?.[0];
  if (verb === undefined) {
    return undefined;
  }
  const name = textOf(argument("name", "release", "releasename"));
  const chart = verb.startsWith("upgrade") ? textOf(argument("chart", "chartname", "chartref")) : undefined;
  const names = [name, chart].filter((word) => word !== undefined).map(plain);
  return { words: ["helm", ...verb.split(" "), ...names, ...placeWords(argument, "--kube-context")] };
}
