import assert from "node:assert/strict";
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { install } from "../../../src/boundary/hooks/install.ts";
import { installProgram } from "../../e2e/install/apt.ts";

const source = join(import.meta.dirname, "../../../src");
const skip = process.platform === "linux" ? false : "sandboxes are made on Linux only";
const canary = "canary-not-a-real-secret";

let home = "";
let workspace = "";
let elsewhere = "";
let broker: ChildProcess | undefined;

before(async () => {
  if (skip !== false) {
    return;
  }
  await installProgram({ name: "bubblewrap", path: "/usr/bin/bwrap" }, (line) => console.log(line));
  home = mkdtempSync(join(tmpdir(), "signalbox-sandboxed-"));
  elsewhere = mkdtempSync(join(tmpdir(), "signalbox-elsewhere-"));
  workspace = join(home, "project");
  plant();
  const stateDir = join(home, ".signalbox");
  const brokerPath = join(source, "broker/main.ts");
  const nodePath = process.execPath;
  assert.ok(install({ agent: "claude-code", scope: "user", home, stateDir, nodePath, brokerPath }).ok);
  broker = spawn(nodePath, [brokerPath, "--state-dir", stateDir], {
    env: { HOME: home, PATH: "/usr/bin:/bin" },
    stdio: "ignore",
  });
  for (let turn = 0; turn < 1000 && !existsSync(join(stateDir, "run", "endpoint")); turn++) {
    await delay(10);
  }
});

after(async () => {
  if (broker !== undefined && broker.exitCode === null) {
    broker.kill("SIGKILL");
    await once(broker, "exit");
  }
  for (const folder of [home, elsewhere].filter((path) => path !== "")) {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** Secrets in the workspace, under other names, at home and in another project. */
function plant(): void {
  const text = `TOKEN=${canary}\n`;
  for (const folder of [".git", "sub", "../.aws", "../.ssh", "../.config/gcloud", "../other", "../bin"]) {
    mkdirSync(join(workspace, folder), { recursive: true });
  }
  rmSync(join(workspace, ".git"), { recursive: true });
  spawnSync("/usr/bin/git", ["init", "-q", workspace], { env: { HOME: home, PATH: "/usr/bin:/bin" } });
  for (const file of [
    ".env",
    "sub/.env.production",
    "server.pem",
    "../.aws/credentials",
    "../.ssh/id_ed25519",
    "../.config/gcloud/application_default_credentials.json",
    "../.netrc",
    "../other/notes.txt",
  ]) {
    writeFileSync(join(workspace, file), text);
  }
  writeFileSync(join(workspace, "README.md"), "readable\n");
  linkSync(join(workspace, ".env"), join(workspace, "harmless.txt"));
  writeFileSync(join(elsewhere, "settings"), text);
  symlinkSync(join(elsewhere, "settings"), join(workspace, "sub", ".env"));
  // An agent by its executable's name, as the end of a session looks for it.
  copyFileSync("/bin/bash", join(home, "bin", "claude"));
  spawnSync("/bin/chmod", ["755", join(home, "bin", "claude")]);
}

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly said: string;
}

async function run(
  words: readonly string[],
  options: readonly string[] = [],
  cwd: string = workspace,
): Promise<Ran> {
  const child = spawn(
    process.execPath,
    [join(source, "cli/main.ts"), "run", "--sandbox", ...options, "--", ...words],
    {
      cwd,
      env: {
        HOME: home,
        PATH: `/usr/bin:/bin:${join(home, "bin")}`,
        RAILWAY_TOKEN: canary,
        MARKER: "stays",
      },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: 60_000,
    },
  );
  let out = "";
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString("utf8")));
  child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString("utf8")));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, out, said };
}

/** Ways to a secret; each prints it without a sandbox. */
const ways: readonly string[] = [
  "cat .env",
  "cat harmless.txt",
  "cat sub/.env.production",
  "cat sub/.env",
  "cat sub/../.env",
  "cat $PWD/.env",
  "cat server.pem",
  "cat ~/.aws/credentials",
  "cat ~/.ssh/id_ed25519",
  "cat ~/.config/gcloud/application_default_credentials.json",
  "cat ~/.netrc",
  "cat ~/other/notes.txt",
  "grep -r canary . ~ --exclude-dir=.signalbox",
  "tar c . | cat",
  "cp .env x.txt && cat x.txt",
  "dd if=.env status=none",
  "ln -s .env s.txt; cat s.txt",
  "ln .env l.txt; cat l.txt harmless.txt",
  "mv .env m.txt; cat m.txt harmless.txt",
  "rm -f .env; cat .env harmless.txt",
  "python3 -c 'print(open(\".env\").read())' || cat harmless.txt",
  "git add -f .env harmless.txt; git diff --cached",
  "git hash-object -w harmless.txt | xargs git cat-file -p",
  "(cat < .env) & wait",
  "setsid cat .env",
  "cat /proc/self/root$PWD/.env",
  "cat /proc/self/cwd/.env",
  "cat /proc/1/root$PWD/.env",
  "env",
  "cat /proc/self/environ",
  "cat /proc/1/environ",
  "cat /proc/*/environ",
  "umount .env; cat .env",
  "unshare -Urm sh -c 'umount .env; cat .env' || cat harmless.txt",
  "unshare -Urm sh -c 'mount --rbind / /mnt; cat /mnt$PWD/.env' || cat harmless.txt",
  "find . ~ -type f -exec cat {} +",
  "awk 1 .env",
  "while read -r l; do echo $l; done < .env",
  "exec 5< .env; cat <&5",
  "base64 .env | base64 -d",
];

test("each way to a secret leads to one without a sandbox", { skip }, () => {
  for (const way of ways.filter((text) => !/umount|unshare|^mv|^rm|^git add|\/proc\/1\//.test(text))) {
    const plain = spawnSync("/bin/bash", ["-c", `cd "$(mktemp -d)" && cp -a ${workspace}/. . && ${way}`], {
      encoding: "utf8",
      env: { HOME: home, PATH: "/usr/bin:/bin", RAILWAY_TOKEN: canary },
      stdio: ["ignore", "pipe", "ignore"],
    });
    assert.ok(plain.stdout.includes("canary"), way);
  }
});

test("no way leads to a secret inside, and what is not hidden is read", { skip }, async () => {
  const script = ways.map((way, index) => `echo; echo "== ${index}"; ( ${way} ) 2>/dev/null`).join("\n");
  writeFileSync(join(workspace, "ways.sh"), script);
  const { out, said } = await run(["bash", "ways.sh"]);
  const found = out.split(/^== /m).slice(1);
  assert.equal(found.length, ways.length, `not every way was tried: ${said}`);
  for (const text of found) {
    const way = ways[Number.parseInt(text, 10)] ?? "";
    assert.ok(!text.includes(canary), `${way} leads to it`);
  }
  assert.match(said, /^sandbox \(L2\): \d+ hidden files, 1 credential left out/);
  const { out: read } = await run(["bash", "-c", "cat README.md; echo $MARKER"]);
  assert.equal(read, "readable\nstays\n");
});

test(
  "nothing outside the workspace is written, nor what governs agents; the workspace is",
  { skip },
  async () => {
    mkdirSync(join(workspace, ".governance"), { recursive: true });
    writeFileSync(join(workspace, ".governance", "policy.yaml"), "policies: {}\n");
    await run([
      "bash",
      "-c",
      `echo x > ~/.bashrc; echo x > ~/.signalbox/sessions.json; echo x > ${elsewhere}/new; echo x > /usr/local/new;
     echo x >> .governance/policy.yaml; mv .governance away; echo x > .git/hooks/pre-commit; echo kept > made.txt`,
    ]);
    assert.ok(!existsSync(join(home, ".bashrc")));
    assert.ok(!existsSync(join(elsewhere, "new")));
    assert.ok(!existsSync("/usr/local/new"));
    assert.ok(!existsSync(join(workspace, ".git/hooks/pre-commit")));
    assert.equal(readFileSync(join(workspace, ".governance/policy.yaml"), "utf8"), "policies: {}\n");
    assert.equal(readFileSync(join(workspace, "made.txt"), "utf8"), "kept\n");
  },
);

test(
  "what governs, and what git runs programs for, is not replaced by way of its folder",
  { skip },
  async () => {
    const place = mkdtempSync(join(home, "governed-"));
    const git = { cwd: place, env: { HOME: home, PATH: "/usr/bin:/bin" } };
    spawnSync("/usr/bin/git", ["init", "-q"], git);
    mkdirSync(join(place, ".claude"));
    mkdirSync(join(place, ".vscode"));
    writeFileSync(join(place, ".claude", "settings.json"), "{}\n");
    mkdirSync(join(place, "part", ".cursor", "hooks"), { recursive: true });
    writeFileSync(join(place, "part", ".cursor", "hooks", "before.sh"), "exit 2\n");
    const before = readFileSync(join(place, ".git", "config"), "utf8");
    const { out, said } = await run(
      [
        "bash",
        "-c",
        `git config core.fsmonitor ./mark.sh; echo mark > .git/config; echo mark > .git/commondir; rm -f .git/commondir
       mv .claude c2; mkdir .claude; echo mark > .claude/settings.json
       mkdir -p .vscode .cursor .codex; echo mark > .vscode/tasks.json; echo mark > .cursor/hooks.json; echo mark > .codex/hooks.json
       mv part part2; mkdir -p part/.cursor/hooks; echo mark > part/.cursor/hooks/before.sh
       mv .git g2; mkdir -p .git/hooks; echo mark > .git/hooks/pre-commit; echo mark > .git/config
       git -c user.name=x -c user.email=x@example.invalid commit -q -m x --allow-empty; git log --format=%s; echo done`,
      ],
      [],
      place,
    );
    assert.match(out, /x\ndone\n$/, said);
    const marked = spawnSync("/bin/grep", ["-rl", "mark", place], { encoding: "utf8" });
    assert.equal(marked.stdout, "");
    assert.equal(readFileSync(join(place, ".git", "config"), "utf8"), before);
    assert.ok(!existsSync(join(place, ".codex")), "what was made to be held goes with the sandbox");
    assert.ok(!existsSync(join(place, ".git", "commondir")));
  },
);

test("a link in the place of what governs opens nothing", { skip }, async () => {
  const links = `rm -rf ~/.claude/hooks; ln -s ../.signalbox ~/.claude/hooks; ls -la ~/.claude`;
  const { out: first } = await run(["claude", "-c", links]);
  assert.doesNotMatch(first, /hooks ->/);
  const link = join(home, ".claude", "hooks");
  rmSync(link, { recursive: true, force: true });
  symlinkSync("../.signalbox", link);
  const { code, out, said } = await run(["claude", "-c", "ls ~/.signalbox; cat ~/.signalbox/hash-key"]);
  rmSync(link);
  assert.equal(code, 1, out);
  assert.equal(out, "");
  assert.match(said, /is a link, which cannot be held in place; nothing was started/);
});

test(
  "folders that are shown on demand, and links at the top of the home folder, show no secrets",
  { skip },
  async () => {
    mkdirSync(join(home, "other", "deep"), { recursive: true });
    writeFileSync(join(home, "other", "deep", ".env"), `TOKEN=${canary}\n`);
    symlinkSync(".ssh", join(home, ".harmless"));
    const { out } = await run(
      ["bash", "-c", "cat ~/other/deep/.env ~/.harmless/*; cat ~/other/notes.txt > /dev/null && echo shown"],
      ["--visible", join(home, "other")],
    );
    rmSync(join(home, ".harmless"));
    assert.ok(!out.includes(canary), out);
    assert.match(out, /shown/);
  },
);

test("exit code, arguments and signals are the command's own", { skip }, async () => {
  const seven = await run(["bash", "-c", "exit 7"]);
  assert.equal(seven.code, 7, seven.said);
  assert.equal(
    (await run(["bash", "-c", 'printf "%s|" "$@"', "x", "a b", "--", "$HOME"])).out,
    "a b|--|$HOME|",
  );
  assert.equal((await run(["/nonexistent/program"])).code, 1);
});

test("a program is there wherever it lies, and what lies hidden beside it is not", { skip }, async () => {
  const folder = join(elsewhere, "tools");
  mkdirSync(folder);
  copyFileSync("/bin/bash", join(folder, "tool"));
  spawnSync("/bin/chmod", ["755", join(folder, "tool")]);
  writeFileSync(join(folder, ".env"), `TOKEN=${canary}\n`);
  const { out, said } = await run([join(folder, "tool"), "-c", `echo ran; cat ${folder}/.env`]);
  assert.match(out, /^ran\n/, said);
  assert.ok(!out.includes(canary), out);
});

test("without a network there is none", { skip }, async () => {
  const { out } = await run(["bash", "-c", "ls /sys/class/net; cat /proc/net/dev | wc -l"], ["--no-network"]);
  assert.match(out, /\b3\n$/, out);
});

test("what is left behind ends with the command", { skip }, async () => {
  const mark = `77${process.pid}`;
  await run(["bash", "-c", `setsid nohup sleep ${mark} > /dev/null 2>&1 & sleep 0.3`]);
  await delay(300);
  const left = spawnSync("/usr/bin/pgrep", ["-f", `sleep ${mark}`], { encoding: "utf8" });
  assert.equal(left.stdout, "");
});

test("what appears or is replaced from outside while it runs is hidden as well", { skip }, async () => {
  const gate = join(workspace, "gate");
  const running = run([
    "bash",
    "-c",
    `echo ready > gate; while [ ! -e go ]; do sleep 0.05; done
     cat .env 2>&1; cat fresh/.env .env.local; mv .env.local y.txt; cat y.txt
     mkdir new; cp .env.example new/.env.example; cp .env.example new/.env; sleep 0.5; cat new/.env`,
  ]);
  for (let turn = 0; turn < 600 && !existsSync(gate); turn++) {
    await delay(20);
  }
  const text = `TOKEN=${canary}\n`;
  // As editors save, as `git checkout` does, and in a folder that was not there.
  writeFileSync(join(workspace, "saving.tmp"), text);
  renameSync(join(workspace, "saving.tmp"), join(workspace, ".env"));
  writeFileSync(join(workspace, ".env.local"), text);
  mkdirSync(join(workspace, "fresh"));
  writeFileSync(join(workspace, "fresh", ".env"), text);
  writeFileSync(join(workspace, ".env.example"), "TOKEN=\n");
  await delay(1500);
  writeFileSync(join(workspace, "go"), "");
  const { out, said } = await running;
  assert.ok(!out.includes(canary), out);
  assert.equal(out.match(/hidden by Signalbox|\.env: Permission denied/g)?.length, 3, `${out}${said}`);
  assert.ok(out.endsWith("TOKEN=\n"), `a copy of a template can be read: ${out}`);
  assert.match(said, /in the first milliseconds/);
});

test("a copy of a template is hidden once somebody fills it in", { skip }, async () => {
  const place = mkdtempSync(join(home, "copied-"));
  writeFileSync(join(place, ".env.example"), "TOKEN=\n");
  const running = run(
    [
      "bash",
      "-c",
      `cp .env.example made; mv made .env; sleep 1; cat .env; echo ready > gate
       while [ ! -e go ]; do sleep 0.05; done; cat .env`,
    ],
    [],
    place,
  );
  for (let turn = 0; turn < 600 && !existsSync(join(place, "gate")); turn++) {
    await delay(20);
  }
  // As editors save that write into the file itself.
  writeFileSync(join(place, ".env"), `TOKEN=${canary}\n`);
  await delay(1500);
  writeFileSync(join(place, "go"), "");
  const { out } = await running;
  assert.match(out, /^TOKEN=\n# hidden by Signalbox/);
});

function hook(command: string): string {
  const payload = {
    session_id: "sandboxed",
    hook_event_name: "PreToolUse",
    tool_name: "Bash",
    tool_input: { command },
    tool_use_id: "toolu_1",
    cwd: workspace,
  };
  return `printf '%s' '${JSON.stringify(payload).replaceAll("'", "'\\''")}' | ~/.signalbox/bin/hook.sh claude-code PreToolUse`;
}

test("an agent's hooks reach the broker from inside, and nothing else does", { skip }, async () => {
  const { out } = await run([
    "claude",
    "-c",
    `${hook("ls")}; echo "code $?"; ${hook("cat .env")} 2>&1; echo "code $?"
     curl -s -o /dev/null --request-target // --unix-socket ~/.signalbox/run/ask.sock http://x/
     curl -s -o /dev/null -w '%{http_code}' --unix-socket ~/.signalbox/run/ask.sock http://x/v1/sessions`,
  ]);
  assert.match(out, /^code 0\n/, out);
  assert.match(out, /hidden_files lists[^\n]*\n(?:[^\n]*\n)*code 2\n/, out);
  assert.match(out, /404$/, out);
});

test("a kill ends the agent inside, by the number that it has outside", { skip }, async () => {
  const before = Date.now();
  const { code, out } = await run([
    "claude",
    "-c",
    `(trap '' TERM HUP INT; sleep 60) & ${hook("railway volume delete --volume data -y")}; echo survived; sleep 50`,
  ]);
  assert.ok(!out.includes("survived"), out);
  assert.equal(code, 137);
  assert.ok(Date.now() - before < 40_000);
});

test(
  "a worktree can be committed to; what `.git` merely claims to be one is not opened",
  { skip },
  async () => {
    const git = { cwd: workspace, env: { HOME: home, PATH: "/usr/bin:/bin" } };
    const commit = "-c user.name=x -c user.email=x@example.invalid commit -q -m x --allow-empty".split(" ");
    spawnSync("/usr/bin/git", commit, git);
    const tree = join(home, "tree");
    spawnSync("/usr/bin/git", ["worktree", "add", "-q", tree], git);
    const inside = await run(["git", ...commit], [], tree);
    assert.equal(inside.code, 0, inside.said);
    const target = join(home, "other", "worktrees", "x");
    mkdirSync(target, { recursive: true });
    writeFileSync(join(home, "other", "HEAD"), "ref: refs/heads/main\n");
    const liar = mkdtempSync(join(home, "liar-"));
    writeFileSync(join(liar, ".git"), `gitdir: ${target}\n`);
    await run(["bash", "-c", `echo x > ${target}/../../made`], [], liar);
    assert.ok(!existsSync(join(home, "other", "made")));
  },
);

test("where the home folder would be the workspace, nothing is started", { skip }, async () => {
  const child = spawnSync(
    process.execPath,
    [join(source, "cli/main.ts"), "run", "--sandbox", "--", "touch", join(elsewhere, "started")],
    { cwd: home, env: { HOME: home, PATH: "/usr/bin:/bin" }, encoding: "utf8" },
  );
  assert.equal(child.status, 1);
  assert.match(child.stderr, /nothing was started\n {2}help: start in the folder of a project/);
  assert.ok(!existsSync(join(elsewhere, "started")));
});
