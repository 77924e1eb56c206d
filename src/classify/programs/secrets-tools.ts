import type { Effect } from "../../model/effect.ts";
import { reportWrite } from "../file-actions.ts";
import { hasOption, optionSpec, readArguments } from "../options.ts";
import { report } from "../report.ts";
import type { ProgramRule, Scope } from "../scope.ts";
import type { Invocation, Word } from "../shell/invocation.ts";
import { knownWord } from "../shell/word.ts";
import {
  destroyed,
  lost,
  removed,
  revealed,
  together,
  verbRule,
  type Tool,
  type Verb,
} from "./verb-rules.ts";

function reveals(on: RegExp, more: Partial<Verb> = {}): Verb {
  return {
    operation: "reveal",
    on,
    effects: revealed,
    because: "secrets are printed",
    access: "read",
    ...more,
  };
}

function removes(on: RegExp, effects: readonly Effect[], more: Partial<Verb> = {}): Verb {
  return { operation: "delete", on, effects, because: "stored secrets are deleted", ...more };
}

function rights(on: RegExp): Verb {
  return { operation: "access", on, effects: ["privilege_change"], because: "who may read secrets changes" };
}

/** Names of files that are encrypted for what is in them. */
const soundsSecret = /secret|passw|credential|token|vault|(?:^|[/.])env\b|\.env|keys?\b|kubeconfig/i;

/** Stores of secrets: what prints them, what deletes them, and what changes who may read them. */
const tools: readonly Tool[] = [
  {
    programs: ["vault", "bao"],
    provider: "vault",
    valued: "-address -namespace -field -format -mount -versions -policy -ttl -method -path -agent-address",
    singleDash: true,
    hosts: ["-address"],
    variables: ["VAULT_ADDR", "BAO_ADDR"],
    remote: true,
    verbs: [
      removes(/^(?:kv destroy|kv metadata delete|secrets disable|operator raft remove-peer)\b/, lost),
      removes(/^kv (?:delete|rollback|undelete)\b/, removed),
      removes(/^delete (?:sys|auth)\//, destroyed),
      removes(/^delete\b/, lost),
      reveals(
        /^(?:kv get|read|unwrap|print token|token create|operator (?:init|generate-root|rekey|raft snapshot save))\b/,
      ),
      {
        operation: "seal",
        on: /^(?:operator seal|lease revoke|token revoke|auth disable|audit disable|policy delete)\b/,
        effects: removed,
        because: "others lose their access",
      },
      rights(/^(?:policy write|auth enable|write (?:auth|sys)\/)/),
    ],
  },
  {
    programs: ["op"],
    provider: "1password",
    valued:
      "--vault --account --fields --field --format --session --out-file -o -i --in-file --otp --category",
    remote: true,
    verbs: [
      removes(/^vault (?:delete|rm)\b/, lost),
      removes(/^(?:item|document) (?:delete|rm)\b/, removed),
      reveals(
        /^(?:read|inject|item get|document get|environment read|user get .*--.*|service-account create|connect token create)\b/,
      ),
      rights(
        /^(?:user (?:delete|suspend|provision|confirm)|group (?:delete|user)|vault (?:user|group) (?:grant|revoke)|connect \S+ (?:create|delete|grant))\b/,
      ),
    ],
  },
  {
    programs: ["doppler"],
    provider: "doppler",
    valued: "-p --project -c --config -t --token --name-transformer --format",
    remote: true,
    verbs: [
      removes(/^(?:projects|environments|configs) delete\b/, destroyed),
      removes(/^secrets delete\b/, removed),
      reveals(/^(?:secrets$|secrets (?:get|download)\b|configs tokens create|configure get token)/, {
        without: / --only-names /,
      }),
    ],
  },
  {
    programs: ["bw", "lpass", "gopass", "keepassxc-cli", "rbw", "pass-cli", "dashlane", "dcli", "nordpass"],
    provider: "password-manager",
    valued: "--session --organizationid --search --collectionid -k --key-file",
    remote: true,
    verbs: [
      removes(/^(?:delete|rm|purge|remove)\b/, removed),
      reveals(/^(?:get|export|show|list items|clip|cat|password|p|otp|totp|unlock)\b/),
    ],
  },
  {
    programs: [
      "chamber",
      "infisical",
      "berglas",
      "teller",
      "summon",
      "conjur",
      "akeyless",
      "dotenvx",
      "envkey-source",
      "keyring",
    ],
    provider: "secrets",
    valued: "--env --path --projectId --token -e -f --env-file",
    remote: true,
    verbs: [
      removes(/^(?:delete|secrets delete|secret delete|variable delete|delete-item|destroy|del)\b/, removed),
      reveals(
        /^(?:read|export|access|show|env|secrets(?: get)?$|secrets get|get|variable get|get-secret-value|decrypt)(?: |$)/,
      ),
    ],
  },
  {
    programs: ["sops"],
    provider: "sops",
    valued: "--config --input-type --output-type --output --extract --age --pgp --kms -k -a -p",
    verbs: [
      reveals(/^(?:decrypt|publish)\b/, { without: / (?:-i|--in-place) / }),
      reveals(/\S/, { with: / (?:-d|--decrypt) /, without: / (?:-i|--in-place) / }),
    ],
  },
  {
    programs: ["kubeseal"],
    provider: "secrets",
    valued:
      "-n --namespace --controller-name --controller-namespace --cert --recovery-private-key -o --format -f -w",
    verbs: [reveals(/^/, { with: / --recovery-unseal / })],
  },
  {
    programs: ["age", "rage"],
    provider: "secrets",
    valued: "-i --identity -o --output -r --recipient -R --recipients-file",
    verbs: [reveals(soundsSecret, { with: / (?:-d|--decrypt) /, without: / (?:-o|--output)=/ })],
  },
  {
    programs: ["ansible-vault", "git-secret", "git-crypt", "blackbox_cat", "blackbox_decrypt_file", "eyaml"],
    provider: "secrets",
    valued: "--vault-id --vault-password-file --output",
    verbs: [reveals(/^(?:view|decrypt|reveal|cat|unlock)\b/)],
  },
  {
    programs: ["gpg", "gpg2"],
    provider: "gpg",
    valued:
      "-o --output -r --recipient -u --local-user --homedir --passphrase --passphrase-file --pinentry-mode --status-fd --keyserver",
    verbs: [
      {
        operation: "delete_key",
        with: / --delete-(?:secret-keys?|secret-and-public-keys?) /,
        effects: lost,
        because: "private keys are deleted",
      },
      reveals(soundsSecret, { with: / (?:-d|--decrypt) /, without: / (?:-o|--output)=/ }),
      {
        operation: "reveal",
        with: / --export-(?:secret-keys?|secret-subkeys|secret-ssh-key) /,
        effects: revealed,
        because: "private keys are printed",
        access: "read",
      },
    ],
  },
  {
    programs: ["ykman", "certbot", "aws-vault", "acme.sh"],
    provider: "keys",
    valued: "--cert-name -d --domain --device",
    verbs: [
      {
        operation: "delete",
        on: /^(?:(?:piv|oath|fido|openpgp|otp|config) (?:reset|delete)|delete|revoke|remove|clear)\b/,
        effects: lost,
        because: "keys or certificates are deleted",
      },
      reveals(/^export\b/),
    ],
  },
];

const stores: ProgramRule = verbRule(tools, {
  matches: [
    { command: "vault kv get secret/app", actions: ["vault:reveal"] },
    { command: "vault kv destroy -versions=1 secret/app", actions: ["vault:delete"] },
    { command: "vault secrets disable kv", actions: ["vault:delete"] },
    { command: "op read op://vault/item/password", actions: ["1password:reveal"] },
    { command: "op item delete old", actions: ["1password:delete"] },
    { command: "doppler secrets download --no-file", actions: ["doppler:reveal"] },
    { command: "doppler projects delete shop --yes", actions: ["doppler:delete"] },
    { command: "sops -d secrets.enc.yaml", actions: ["sops:reveal"] },
    { command: "gpg --export-secret-keys -a me", actions: ["gpg:reveal"] },
    { command: "bw get password github", actions: ["password-manager:reveal"] },
    { command: "ansible-vault view group_vars/all.yml", actions: ["secrets:reveal"] },
    { command: "chamber export app", actions: ["secrets:reveal"] },
  ],
  misses: [
    { command: "vault status", actions: ["vault:reveal"] },
    { command: "vault kv list secret/", actions: ["vault:reveal"] },
    { command: "op item list", actions: ["1password:reveal"] },
    { command: "op run -- npm test", actions: ["1password:reveal"] },
    { command: "doppler secrets set A=b", actions: ["doppler:reveal"] },
    { command: "doppler setup", actions: ["doppler:reveal"] },
    { command: "doppler run -- npm start", actions: ["doppler:reveal"] },
    { command: "sops -e secrets.yaml", actions: ["sops:reveal"] },
    { command: "gpg --list-secret-keys", actions: ["gpg:reveal"] },
    { command: "gpg --export -a me", actions: ["gpg:reveal"] },
    { command: "bw sync", actions: ["password-manager:reveal"] },
  ],
});

/** `sops exec-env FILE COMMAND`, `dotenv-cli -- COMMAND`: a command that is given values as variables, or as a file. */
const carriers: ProgramRule = {
  programs: ["sops", "dotenv-cli", "env-cmd"],
  examples: {
    matches: [
      { command: "sops exec-env s.yaml 'rm -rf ~'", actions: ["fs:delete"] },
      { command: "sops exec-file s.yaml 'cat {}'", actions: ["sops:reveal"] },
      { command: "npx dotenv-cli -e .env -- prisma migrate reset", actions: ["prisma:delete"] },
      { command: "npx env-cmd -f .env prisma migrate reset", actions: ["prisma:delete"] },
    ],
    misses: [
      { command: "sops exec-env s.yaml 'npm start'", actions: ["sops:reveal"] },
      { command: "npx env-cmd -f .env.test prisma generate", actions: ["prisma:delete"] },
    ],
  },
  judge(invocation, scope) {
    const args = readArguments(invocation.words, carrierOptions);
    if (invocation.program !== "sops") {
      scope.command(args.operands, invocation.stdin);
      return;
    }
    const [verb, , command] = args.operands;
    if (command === undefined || !/^exec-(?:env|file)$/.test(verb?.text ?? "")) {
      return;
    }
    scope.shell(command.text, "sops", scope.evidence(invocation));
    if (printsValues.test(command.text)) {
      report(scope, invocation, {
        action: "sops:reveal",
        effects: revealed,
        target: command.text.slice(0, 80),
        because: "`sops`: secrets are printed",
        access: "read",
      });
    }
  },
};

/** Commands that print their variables, or the file that stands for `{}`. */
const printsValues =
  /(?:^|[\s;|&])(?:env|printenv|set|export|declare)(?:$|[\s;|])|\b(?:cat|less|head|tail|base64|xxd|bat)\s+\S*\{\}/;

const carrierOptions = optionSpec(
  "-e -f -c -v -r --environments --rc-file --user --input-type --output-type",
  {
    stopAtOperand: true,
  },
);

/** Stores of secrets, and what is run with their values. */
export const secretsTools: ProgramRule = together(stores, carriers);

const keyOptions = optionSpec("-f -t -b -C -N -P -m -s -I -n -V -a -O -D -Y -K -R -F -r -z");

/** `ssh-keygen` writes over a key that is there: whoever trusts the old one locks its owner out. */
export const keyMaking: ProgramRule = {
  programs: ["ssh-keygen"],
  examples: {
    matches: [
      { command: "echo x > k; ssh-keygen -t ed25519 -f k -N ''", actions: ["keys:overwrite"] },
      { command: "ssh-keygen -R web.example", actions: ["fs:write"] },
      { command: "ssh-keygen -Rweb.example", actions: ["fs:write"] },
    ],
    misses: [
      { command: "ssh-keygen -F web.example", actions: ["fs:write"] },
      { command: "ssh-keygen -t ed25519 -f new_key -N ''", actions: ["keys:overwrite"] },
      { command: "ssh-keygen -lf ~/.ssh/id_ed25519.pub", actions: ["keys:overwrite"] },
    ],
  },
  judge(invocation, scope) {
    const args = readArguments(invocation.words, keyOptions);
    if (args.values.has("-R") || hasOption(args, "-H")) {
      const hosts = args.values.get("-f") ?? ownFile("known_hosts", invocation, scope);
      reportWrite(scope, hosts, invocation, "`ssh-keygen`");
      return;
    }
    if (hasOption(args, "-l", "-y", "-e", "-i", "-p", "-B", "-F", "-Y", "-s", "-c", "-L", "-Q", "-r")) {
      return;
    }
    const kind = args.values.get("-t")?.text ?? "ed25519";
    const path = scope.resolvePath(args.values.get("-f") ?? ownFile(`id_${kind}`, invocation, scope));
    if (
      path !== undefined &&
      (scope.lookups.kind(path) === "file" || scope.writtenFile(path) !== undefined)
    ) {
      report(scope, invocation, {
        action: "keys:overwrite",
        effects: lost,
        target: path,
        because: "`ssh-keygen` writes over a private key that is there",
      });
    }
  },
};

function ownFile(name: string, { start, end }: Invocation, scope: Scope): Word {
  return knownWord(`${scope.lookups.home}/.ssh/${name}`, start, end);
}

/** Whoever reaches the agent can use the key from then on, and so can machines that it is forwarded to. */
export const keyAgent: ProgramRule = {
  programs: ["ssh-add"],
  examples: {
    matches: [
      { command: "ssh-add", actions: ["keys:hand_to_agent"] },
      { command: "ssh-add ~/.ssh/id_ed25519", actions: ["keys:hand_to_agent"] },
      { command: "ssh-add -t 3600 -K deploy_key", actions: ["keys:hand_to_agent"] },
      { command: 'ssh-add - <<< "$DEPLOY_KEY"', actions: ["keys:hand_to_agent"] },
    ],
    misses: [
      { command: "ssh-add -l", actions: ["keys:hand_to_agent"] },
      { command: "ssh-add -L", actions: ["keys:hand_to_agent"] },
      { command: "ssh-add -D", actions: ["keys:hand_to_agent"] },
      { command: "ssh-add -d ~/.ssh/id_ed25519", actions: ["keys:hand_to_agent"] },
    ],
  },
  judge(invocation, scope) {
    const args = readArguments(invocation.words, optionSpec("-t -E -S -s -e -T -h -H -P"));
    if (hasOption(args, "-l", "-L", "-d", "-D", "-x", "-X", "-T", "-e")) {
      return;
    }
    const key = args.operands[0]?.text ?? "the user's own keys";
    report(scope, invocation, {
      action: "keys:hand_to_agent",
      effects: ["credential_access"],
      target: key,
      because: `\`ssh-add\` hands \`${key}\` to the key agent`,
    });
  },
};
