import assert from "node:assert/strict";
import { test } from "node:test";
import { isGovernancePath } from "../../src/policy/governance-files.ts";
import { baseline, home, workspace } from "./load-for-test.ts";

/** What the baseline hides, one file a line; relative paths are in the workspace. */
const hidden = `
.env .env.local .env.production .env.staging.local .envrc apps/web/.env config/staging.env .ENV .env.bak .env~
.dev.vars .dev.vars.production .flaskenv
certs/server.pem privkey.pem key.pem certs/server.key release.p12 apple/AuthKey_1.p8 android/app.jks debug.keystore vault.kdbx
id_rsa deploy/id_ed25519 ~/.ssh/id_rsa ~/.ssh/work_key ~/.ssh/agent.sock /root/.ssh/id_ecdsa
~/.gnupg/private-keys-v1.d/a.key ~/.password-store/a.gpg
~/.aws/credentials ~/.aws/sso/cache/1.json /root/.aws/credentials
~/.config/gcloud/application_default_credentials.json ~/.config/gcloud/credentials.db service-account-prod.json
~/.azure/accessTokens.json ~/.azure/msal_token_cache.json
~/.railway/config.json ~/.railway/config-dev.json ~/.local/share/com.vercel.cli/auth.json ~/.fly/config.yml
~/.config/doctl/config.yaml ~/.vault-token master.key config/master.key
~/.kube/config ~/.kube/config.prod kubeconfig prod.kubeconfig ~/.docker/config.json
terraform.tfstate infra/terraform.tfstate.backup terraform.tfvars prod.auto.tfvars ~/.terraform.d/credentials.tfrc.json
~/.pgpass ~/.my.cnf ~/.s3cfg ~/.config/rclone/rclone.conf
~/.npmrc ~/.pypirc ~/.gem/credentials ~/.cargo/credentials.toml ~/.m2/settings.xml ~/.gradle/gradle.properties
~/.config/gh/hosts.yml ~/.git-credentials ~/.netrc ~/_netrc ~/.sentryclirc
config/secrets.yml k8s/secrets.yaml secrets.json credentials.json .secrets/token
~/.claude/.credentials.json ~/.codex/auth.json ~/.config/signalbox/approver.json
~/.bash_history ~/.local/share/keyrings/login.keyring
/etc/shadow /proc/1/environ /proc/77/task/77/environ /run/secrets/db /etc/ssh/ssh_host_rsa_key
/var/run/secrets/kubernetes.io/serviceaccount/token
krb5.keytab app.jceks release.pkcs12 prod.secrets ~/.ethereum/keystore/UTC--1 ~/.config/solana/id.json wallet.dat
/etc/ssl/private/server.pem /etc/wireguard/wg0.conf ~/.cloudflared/tunnel.json
~/.config/configstore/firebase-tools.json ~/.render/cli.yaml ~/.circleci/cli.yml ~/.doppler/.doppler.yaml ~/.databrickscfg
/run/user/1000/containers/auth.json /etc/rancher/k3s/k3s.yaml ~/.pg_service.conf ~/.snowflake/connections.toml ~/.dbt/profiles.yml
~/.mc/config.json ~/.authinfo ~/.authinfo.gpg ~/.local/share/kwalletd/kdewallet.kwl ~/.config/Bitwarden/data.json
~/.mozilla/firefox/a/key4.db ~/snap/firefox/common/.mozilla/firefox/a/cookies.sqlite ~/.config/BraveSoftware/Brave/Default/Cookies
~/Library/Cookies/Cookies.binarycookies ~/.config/Code/User/globalStorage/state.vscdb ~/.config/Cursor/User/globalStorage/state.vscdb.backup
~/.local/share/fish/fish_history ~/.sqlite_history ~/.rediscli_history ~/.irb_history ~/.mongodb/mongosh/mongosh_repl_history
`;

/** What it leaves alone. */
const visible = `
.env.example .env.sample .env.template .env.dist .env.local.example .env.production.sample .env.example.local .env-example
example.env config/sample.env .envrc.example .dev.vars.example
src/env.ts src/environment.ts env.d.ts environments/prod.ts .venv/bin/activate .env/bin/python .editorconfig
README.md package.json package-lock.json .npmrc .yarnrc.yml tsconfig.json docker-compose.yml Dockerfile
src/keys.ts src/key.ts src/secrets.ts src/credentials.ts docs/secrets.md keyboard.keymap
public/cert.crt tls/cert.pem fullchain.pem csr.pem root-ca.pem jwt_public.pem ~/.ssh/authorized_keys.d/work /etc/sudoers ~/.ssh/id_ed25519.pub ~/.ssh/known_hosts ~/.ssh/config ~/.ssh/authorized_keys
infra/main.tf infra/variables.tf infra/example.tfvars ~/.aws/config ~/.gitconfig
.github/workflows/deploy.yml k8s/deployment.yaml src/token.ts tests/fixtures/auth.json
/etc/hosts /etc/passwd /proc/1/status /usr/lib/ssl/cert.pem /etc/ssl/certs/ca.pem node_modules/https/test/server.key
.claude/settings.json AGENTS.md .vscode/settings.json
src/keytab.ts docs/history.md src/wallet.ts lib/secrets.go src/cookies.ts tests/logins.test.json ~/.dbt/packages.yml ~/.config/fish/config.fish
~/.config/Code/User/settings.json ~/.config/configstore/update-notifier-npm.json ~/.circleci/README.md /etc/ssl/openssl.cnf src/.expo/devices.json
`;

/** Changing these is tampering. */
const governing = `
.governance/policy.yaml .governance/x/y.yaml .claude/settings.json .claude/settings.local.json .claude/hooks/a.sh
~/.claude/settings.json .cursor/hooks.json ~/.cursor/hooks.json .github/hooks/a.json .codex/config.toml ~/.codex/fast.config.toml ~/.codex/.env .gemini/settings.json
~/.copilot/hooks/a.json .kiro/hooks/a.json .opencode/plugins/a.ts .opencode/tool/a.ts ~/.config/opencode/tools/a.js ~/.signalbox/key /etc/claude-code/managed-settings.json
.cursorignore .cursorindexingignore apps/web/.geminiignore .qwenignore .clineignore .rooignore .continueignore ~/.continue/.continueignore
.aiderignore .aider.conf.yml .codeiumignore .kiroignore .augmentignore .crushignore .zed/settings.json ~/.continue/permissions.yaml
~/.vscode/extensions/signalbox.signalbox-0.1.0/package.json opencode.json .CLAUDE/settings.json
`;

const harmless = `
.claude/commands/a.md .claude/skills/a/SKILL.md CLAUDE.md AGENTS.md .cursor/rules/a.mdc .github/workflows/a.yml
.gitignore .dockerignore src/ignore.ts src/governance/policy.yaml .codex/prompts/a.md .gemini/GEMINI.md .claude
`;

function absolute(paths: string): readonly string[] {
  return paths
    .trim()
    .split(/\s+/)
    .map((path) =>
      path.startsWith("/") ? path : path.startsWith("~") ? `${home}${path.slice(1)}` : `${workspace}/${path}`,
    );
}

function isHidden(path: string): boolean {
  const { signal } = baseline;
  return signal.hiddenSet.find(path) >= 0 && signal.visible.find(path) < 0;
}

test("the baseline hides what bears secrets", () => {
  assert.deepEqual(
    absolute(hidden).filter((path) => !isHidden(path)),
    [],
  );
});

test("the baseline leaves everything else alone", () => {
  assert.deepEqual(absolute(visible).filter(isHidden), []);
});

test("what governs agents is recognised by its path", () => {
  assert.deepEqual(
    absolute(governing).filter((path) => !isGovernancePath(path, false)),
    [],
  );
  assert.deepEqual(
    absolute(harmless).filter((path) => isGovernancePath(path, false)),
    [],
  );
  assert.ok(isGovernancePath(`${workspace}/.claude`, true));
  for (const place of [
    "/Library/Application Support/Signalbox",
    "C:/ProgramData/Signalbox",
    "/etc/signalbox",
  ]) {
    assert.ok(isGovernancePath(`${place}/policy.yaml`, false), place);
    assert.ok(isGovernancePath(place, true), place);
  }
  assert.ok(!isGovernancePath("/Library/Application Support/Other/policy.yaml", false));
});
