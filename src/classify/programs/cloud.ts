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
    programs: ["terraform", "tofu", "opentofu", "terragrunt"],
    provider: "terraform",
    deletes: /(?:^|\s)(?:destroy|-destroy|--destroy|run-all\s+destroy)(?:\s|$)/,
    softly:
      /(?:^|\s)(?:workspace\s+delete|force-unlock|state\s+(?:rm|replace-provider|push)|taint|apply\b.*-auto-approve)(?:\s|$)/,
    changes: /(?:^|\s)(?:apply|import|untaint|state\s+mv)(?:\s|$)/,
    harmless: /^(?:-\S+\s+)*(?:plan|validate|show|fmt|output)(?:\s|$)/,
  },
  {
    programs: ["pulumi"],
    provider: "pulumi",
    deletes: /(?:^|\s)(?:destroy|stack\s+rm|state\s+delete)(?:\s|$)/,
    changes: /(?:^|\s)(?:up|update|refresh|import|cancel)(?:\s|$)/,
  },
  {
    programs: [
      "cdk",
      "cdktf",
      "sam",
      "serverless",
      "sls",
      "copilot",
      "sst",
      "amplify",
      "eb",
      "chalice",
      "zappa",
      "ecs-cli",
      "eksctl",
      "kops",
    ],
    provider: "deployment",
    deletes: /(?:^|\s)(?:destroy|remove|delete|terminate|undeploy)(?:\s|$)/,
    deploys: /(?:^|\s)(?:deploy|push|publish)(?:\s|$)/,
  },
  {
    programs: ["helm", "helmfile", "argocd", "flux", "kustomize"],
    provider: "helm",
    softly: /(?:^|\s)(?:uninstall|delete|del|destroy|app\s+delete)(?:\s|$)/,
    changes: /(?:^|\s)(?:install|upgrade|rollback|apply|sync)(?:\s|$)/,
    harmless: /(?:^|\s)(?:plugin|repo|dependency|search|template|lint|show|get|package)(?:\s|$)/,
  },
  {
    programs: ["firebase"],
    provider: "gcp",
    softly: /(?:^|\s)(?:reset|disable|undelete|detach-\S+|stop|remove-\S+)(?:\s|$)/,
    deletes:
      /(?:^|\s)(?:delete|remove-\S+|destroy|purge|rb|database:remove|firestore:delete|projects:delete|hosting:disable|functions:delete)(?:\s|$)|(?:^|\s)rm(?:\s|$)(?:.*-[a-zA-Z]*[rRf]|\s+.*-r\b|.*\*)?/,
    credentials:
      /(?:^|\s)(?:print-access-token|print-identity-token|versions\s+access|keys\s+create|auth\s+login|application-default\s+(?:login|print-access-token))(?:\s|$)/,
    deploys: /(?:^|\s)(?:deploy)(?:\s|$)/,
    harmless: /(?:^|\s)config\s+(?:set|unset|get|configurations)(?:\s|$)/,
  },
  {
    programs: ["azd", "func"],
    provider: "azure",
    deletes: /(?:^|\s)(?:delete|delete-batch|purge|remove|reset|down|deallocate|clear|destroy)(?:\s|$)/,
    credentials:
      /^login(?:\s|$)|(?:^|\s)(?:get-access-token|keyvault\s+secret\s+show|create-for-rbac|get-credentials|keys\s+renew|list-keys)(?:\s|$)/,
    harmless: /(?:^|\s)(?:config|extension|cache|configure)(?:\s|$)/,
  },
  {
    programs: [
      "supabase",
      "neonctl",
      "neon",
      "pscale",
      "turso",
      "render",
      "doctl",
      "linode-cli",
      "hcloud",
      "scw",
      "vultr-cli",
      "ibmcloud",
      "oci",
      "cf",
      "nomad",
      "mongocli",
      "atlas",
      "upstash",
      "convex",
      "stripe",
      "twilio",
      "shopify",
      "auth0",
      "okta",
      "sentry-cli",
      "launchdarkly",
      "ldcli",
      "algolia",
      "cloudinary",
      "dnscontrol",
      "flarectl",
    ],
    provider: "cloud",
    deletes:
      /(?:^|\s)(?:delete|destroy|rm|remove|del|purge|delete-\S+|\S+-delete|stop|terminate|drop)(?:\s|$)/,
  },
  {
    programs: ["wrangler"],
    provider: "cloudflare",
    deletes:
      /(?:^|\s)(?:delete|remove|rm|d1\s+delete|kv\s+\S+\s+delete|r2\s+\S+\s+delete|bulk\s+delete|purge)(?:\s|$)/,
    deploys: /(?:^|\s)(?:deploy|publish|rollback)(?:\s|$)/,
    changes: /(?:^|\s)d1\s+execute\b.*--remote/,
  },
  {
    programs: [
      "vault",
      "op",
      "doppler",
      "bw",
      "lpass",
      "chamber",
      "infisical",
      "gopass",
      "berglas",
      "sops",
      "teller",
    ],
    provider: "secrets",
    deletes:
      /(?:^|\s)(?:delete|destroy|metadata\s+delete|item\s+delete|seal|revoke|secrets\s+(?:disable|delete))(?:\s|$)/,
    credentials:
      /(?:^|\s)(?:read|kv\s+get|print\s+token|item\s+get|get|inject|secrets\s+(?:get|download)|show|export|-d|--decrypt|token\s+create|unwrap)(?:\s|$)/,
  },
  {
    programs: ["npm", "pnpm", "yarn", "bun"],
    provider: "npm",
    publishes:
      /^(?:publish|npm\s+publish|unpublish|deprecate|dist-tag\s+(?:add|rm)|owner\s+(?:add|rm)|access\s+\S+|stage\s+publish)(?:\s|$)/,
    credentials: /^(?:token\s+(?:create|revoke|delete)|adduser|login)(?:\s|$)/,
    harmless: /(?:^|\s)access\s+(?:ls|list|get)/,
  },
  {
    programs: [
      "cargo",
      "gem",
      "twine",
      "poetry",
      "uv",
      "hatch",
      "flit",
      "mvn",
      "gradle",
      "gradlew",
      "dotnet",
      "nuget",
      "lerna",
      "vsce",
      "ovsx",
      "goreleaser",
      "semantic-release",
      "jsr",
      "pub",
      "cocoapods",
      "pod",
      "dart",
      "flutter",
      "helm",
      "docker",
      "podman",
    ],
    provider: "registry",
    publishes:
      /^(?:publish|upload|yank|owner\s+\S+|deploy|release:perform|nuget\s+(?:push|delete)|push|trunk\s+push|unpublish|release|package:publish|pub\s+publish|image\s+push|manifest\s+push|buildx\s+build\b.*--push)(?:\s|$)/,
  },
  {
    programs: [
      "ansible",
      "ansible-playbook",
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
    matches: [
      { command: "terraform destroy -auto-approve", actions: ["terraform:destroy"] },
      { command: "npm publish", actions: ["npm:publish"] },
      { command: "terraform apply -auto-approve", actions: ["terraform:apply"] },
    ],
    misses: [
      { command: "terraform plan -out=x", actions: ["terraform:apply", "terraform:destroy"] },
      { command: "npm run publish-docs", actions: ["npm:publish"] },
    ],
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
