import assert from "node:assert/strict";
import { test } from "node:test";
import { scopedEnvironment } from "../../../src/boundary/sandbox/environment.ts";
import { homeView } from "../../../src/boundary/sandbox/home-view.ts";
import { bwrapArguments, type SandboxPlan } from "../../../src/boundary/sandbox/plan.ts";
import { findBwrap, whyRefused } from "../../../src/boundary/sandbox/support.ts";

const plan: SandboxPlan = {
  home: "/home/dev",
  workspace: "/home/dev/project",
  cwd: "/home/dev/project/src",
  uid: 1000,
  shown: ["/home/dev/.config"],
  writable: ["/home/dev/.cache"],
  pinned: ["/home/dev/project/.git"],
  fixed: ["/home/dev/project/.governance"],
  refused: ["/home/dev/project/.env"],
  replaced: ["/home/dev/project/.env.local"],
  placeholder: "/tmp/x/placeholder",
  asking: { inside: "/home/dev/.signalbox/run/ask.sock", outside: "/tmp/x/ask.sock" },
  terminal: false,
  network: true,
};

/** Where an option with these operands stands. */
function placeOf(words: readonly string[], ...wanted: readonly string[]): number {
  const at = words.findIndex((_word, index) => wanted.every((text, step) => words[index + step] === text));
  assert.ok(at >= 0, `${wanted.join(" ")} is not among the arguments`);
  return at;
}

test("what is later wins: the home folder is emptied before anything of it is shown, and masks come last", () => {
  const words = bwrapArguments(plan, 3);
  const order = [
    placeOf(words, "--ro-bind", "/", "/"),
    placeOf(words, "--tmpfs", "/home/dev"),
    placeOf(words, "--ro-bind-try", "/home/dev/.config", "/home/dev/.config"),
    placeOf(words, "--bind-try", "/home/dev/.cache", "/home/dev/.cache"),
    placeOf(words, "--bind", "/home/dev/project", "/home/dev/project"),
    placeOf(words, "--bind-try", "/home/dev/project/.git", "/home/dev/project/.git"),
    placeOf(words, "--ro-bind-try", "/home/dev/project/.governance", "/home/dev/project/.governance"),
    placeOf(words, "--ro-bind-try", "/dev/null", "/home/dev/project/.env"),
    placeOf(words, "--ro-bind-try", "/tmp/x/placeholder", "/home/dev/project/.env.local"),
    placeOf(words, "--bind", "/tmp/x/ask.sock", "/home/dev/.signalbox/run/ask.sock"),
    placeOf(words, "--chdir", "/home/dev/project/src"),
    placeOf(words, "--seccomp", "3"),
  ];
  assert.deepEqual(
    order,
    order.toSorted((a, b) => a - b),
  );
  assert.equal(words.at(-1), "--");
});

test("a sandbox has namespaces of its own, and a network only where it is given one", () => {
  const words = bwrapArguments(plan, 3);
  for (const option of ["--die-with-parent", "--unshare-user", "--unshare-pid", "--unshare-ipc"]) {
    assert.ok(words.includes(option), option);
  }
  assert.ok(!words.includes("--unshare-net"));
  assert.ok(bwrapArguments({ ...plan, network: false }, 3).includes("--unshare-net"));
  assert.ok(!words.includes("/dev/pts"));
  assert.ok(bwrapArguments({ ...plan, terminal: true }, 3).includes("/dev/pts"));
});

test("of the home folder there is what tools need, without keys, our own state and other projects", () => {
  const view = homeView("/home/dev", {
    names: [".bashrc", ".config", ".ssh", ".gnupg", ".signalbox", "go", "Documents", "project"],
    path: "/usr/bin:/home/dev/go/bin:/home/devil/bin",
    program: "claude",
  });
  assert.deepEqual(view.shown, ["/home/dev/.bashrc", "/home/dev/.config", "/home/dev/go"]);
  assert.ok(view.writable.includes("/home/dev/.claude"));
  assert.ok(view.fixed.includes("/home/dev/.claude/settings.json"));
  const other = homeView("/home/dev", { names: [], path: "", program: "codex" });
  assert.ok(!other.writable.includes("/home/dev/.claude"));
});

test("the environment keeps what is granted and the agent's own key, without credentials, doors and loaders", () => {
  const { kept, dropped } = scopedEnvironment(
    {
      PATH: "/usr/bin",
      RAILWAY_TOKEN: "test-token-not-real",
      STAGING_TOKEN: "test-token-not-real",
      ANTHROPIC_API_KEY: "test-token-not-real",
      SSH_AUTH_SOCK: "/tmp/agent",
      VSCODE_IPC_HOOK_CLI: "/tmp/editor",
      DOCKER_HOST: "unix:///run/docker.sock",
      LD_PRELOAD: "/tmp/x.so",
      BASH_ENV: "/tmp/x.sh",
      EMPTY: undefined,
    },
    { isCredential: (name) => /TOKEN|KEY/.test(name), granted: new Set(["STAGING_TOKEN"]) },
  );
  assert.deepEqual(Object.keys(kept), ["PATH", "STAGING_TOKEN", "ANTHROPIC_API_KEY"]);
  assert.deepEqual(dropped, ["RAILWAY_TOKEN"]);
});

test("where no sandbox can be made it says why, and what to do", () => {
  const mac = findBwrap("darwin", "arm64");
  assert.ok(!mac.ok && mac.error.reason.includes("Linux only"));
  const odd = findBwrap("linux", "riscv64");
  assert.ok(!odd.ok && odd.error.reason.includes("riscv64"));
  const refused = whyRefused("bwrap: setting up uid map: Permission denied\nmore");
  assert.match(refused.reason, /uid map: Permission denied\)/);
  assert.match(refused.remedy, /AppArmor/);
  assert.match(whyRefused("").reason, /it said nothing/);
});
