import type { Effect } from "../../model/effect.ts";
import { report } from "../report.ts";
import type { ProgramRule, Scope } from "../scope.ts";
import type { Invocation } from "../shell/invocation.ts";

/** Which words of a provider's tool mean what, over the words joined by spaces, options included. */
interface CloudTool {
  readonly programs: readonly string[];
  readonly provider: string;
  /** Deletes infrastructure that does not come back by itself. */
  readonly deletes?: RegExp;
  /** Takes away what can be made again, or stops it. */
  readonly softly?: RegExp;
  /** Deletes data, not the thing that holds it. */
  readonly deletesData?: RegExp;
  readonly changes?: RegExp;
  readonly deploys?: RegExp;
  /** Publishes where others fetch. */
  readonly publishes?: RegExp;
  /** Signs in, prints or makes credentials. */
  readonly credentials?: RegExp;
  /** Takes a tool's words out of the rule: help, dry runs, previews. */
  readonly harmless?: RegExp;
}

const dry =
  /(?:^|\s)(?:--help|-h|help|--dry-?run(?:=\w+)?|--dryrun|-n\s+dry|--noop|--preview|--what-if|--confirm-with-what-if)(?:\s|$)/;

const tools: readonly CloudTool[] = [
  {
    programs: ["func"],
    provider: "azure",
    deletes: /(?:^|\s)(?:delete|delete-batch|purge|remove|reset|down|deallocate|clear|destroy)(?:\s|$)/,
    credentials:
      /^login(?:\s|$)|(?:^|\s)(?:get-access-token|keyvault\s+secret\s+show|create-for-rbac|get-credentials|keys\s+renew|list-keys)(?:\s|$)/,
    harmless: /(?:^|\s)(?:config|extension|cache|configure)(?:\s|$)/,
  },
  {
    programs: [
      "salt",
      "puppet",
      "chef-client",
      "knife",
      "fab",
      "cap",
      "kamal",
      "dokku",
      "packer",
      "nixos-rebuild",
      "nixops",
      "juju",
      "virsh",
      "vagrant",
      "multipass",
      "govc",
      "qm",
      "pct",
      "proxmox",
    ],
    provider: "machines",
    deletes:
      /(?:^|\s)(?:destroy|undefine|delete|purge|node\s+delete|client\s+delete|apps:destroy|remove|destroy-\S+|kill-\S+|vm\.destroy|-m\s+shell\b.*\brm\b|vol-delete)(?:\s|$)/,
    deploys: /(?:^|\s)(?:deploy|production\s+deploy|switch)(?:\s|$)/,
  },
];

const byProgram: ReadonlyMap<string, readonly CloudTool[]> = (() => {
  const table = new Map<string, CloudTool[]>();
  for (const tool of tools) {
    for (const program of tool.programs) {
      table.set(program, [...(table.get(program) ?? []), tool]);
    }
  }
  return table;
})();

/** Providers' tools by their verbs. The catalogue, where it knows a tool, has been asked before. */
export const cloud: ProgramRule = {
  programs: [...byProgram.keys()],
  examples: {
    matches: [{ command: "npm publish", actions: ["npm:publish"] }],
    misses: [{ command: "npm run publish-docs", actions: ["npm:publish"] }],
  },
  judge(invocation, scope) {
    const text = commandText(invocation);
    if (dry.test(text)) {
      return;
    }
    for (const tool of byProgram.get(invocation.program) ?? []) {
      if (tool.harmless?.test(text) !== true) {
        judgeTool(tool, text, invocation, scope);
      }
    }
  },
};

/** Words without the values that only look like verbs: names behind `=` stay, quoted text of several words does not. */
function commandText(invocation: Invocation): string {
  return invocation.words
    .slice(1)
    .map((word) => (/\s/.test(word.text) ? "_" : word.text))
    .join(" ");
}

function judgeTool(tool: CloudTool, text: string, invocation: Invocation, scope: Scope): void {
  const infrastructure: readonly Effect[] = ["irreversible_infrastructure_deletion"];
  const found =
    match(
      tool.softly,
      text,
      ["infrastructure_change", "system_modification"],
      "takes away what others may use",
    ) ??
    match(tool.deletesData, text, ["irreversible_data_deletion"], "deletes data") ??
    match(tool.deletes, text, infrastructure, "deletes what does not come back") ??
    match(tool.publishes, text, ["package_publish"], "publishes where others fetch") ??
    match(tool.credentials, text, ["credential_access"], "hands out credentials") ??
    match(tool.deploys, text, ["deployment"], "deploys") ??
    match(tool.changes, text, ["infrastructure_change"], "changes what runs there");
  if (found === undefined) {
    return;
  }
  const environment =
    /(?:^|\s)(?:-n|--namespace|--context|--profile|--project|-p|--env|--environment|-e|-a|--app|--stack|-s|--workspace|--account|--subscription)[ =](\S+)/.exec(
      text,
    )?.[1];
  report(scope, invocation, {
    action: `${tool.provider}:${found.verb}`,
    effects: found.effects,
    target: {
      display: `${invocation.program} ${text}`.slice(0, 160),
      ...(environment === undefined ? {} : { environment }),
    },
    because: `\`${invocation.program} ${found.verb.replaceAll("_", " ")}\` ${found.because}`,
    reach: "remote",
  });
}

function match(
  pattern: RegExp | undefined,
  text: string,
  effects: readonly Effect[],
  because: string,
): { verb: string; effects: readonly Effect[]; because: string } | undefined {
  const found = pattern?.exec(text)?.[0].trim();
  if (found === undefined) {
    return undefined;
  }
  const words = found.split(/\s+/).filter((word) => /^[a-z][\w:.-]*$/i.test(word));
  const verb =
    words.length <= 1
      ? (words[0] ?? found.split(/\s+/)[0] ?? found)
      : `${words[0] ?? ""}_${words.at(-1) ?? ""}`;
  return { verb: verb.replace(/^-+/, ""), effects, because };
}
