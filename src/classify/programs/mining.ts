import { report } from "../report.ts";
import type { ProgramRule } from "../scope.ts";

/** Programs that use the machine up for somebody else's profit. */
export const mining: ProgramRule = {
  programs: [
    "xmrig",
    "minerd",
    "cpuminer",
    "ethminer",
    "nbminer",
    "t-rex",
    "xmr-stak",
    "cgminer",
    "bfgminer",
    "lolminer",
    "phoenixminer",
    "ccminer",
    "nanominer",
    "gminer",
    "srbminer-multi",
    "docker",
    "podman",
  ],
  examples: {
    matches: [
      { command: "xmrig -o pool.example:3333 -u wallet", actions: ["system:mine"] },
      { command: "docker run -d x --url stratum+tcp://pool.example:3333", actions: ["system:mine"] },
    ],
    misses: [
      { command: "xmrig --version", actions: ["system:mine"] },
      { command: "docker run -d postgres", actions: ["system:mine"] },
    ],
  },
  judge(invocation, scope) {
    const words = invocation.words.slice(1).map((word) => word.text);
    const pool = words.some((word) => /stratum2?(?:\+(?:tcp|ssl|tls))?:\/\//i.test(word));
    const container = /^(?:docker|podman)$/.test(invocation.program);
    if (pool || (!container && !words.every((word) => /^(?:-V|-h|--version|--help)$/.test(word)))) {
      report(scope, invocation, {
        action: "system:mine",
        effects: ["system_modification"],
        target: invocation.program,
        because: `\`${invocation.program}\` uses this machine up for somebody else's profit`,
      });
    }
  },
};
