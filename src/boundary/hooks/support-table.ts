import { err, ok, type Result } from "../../base/result.ts";
import { agentRules } from "../files/rules/agent-rules.ts";
import type { Adapter, Gate, KillWay, Proof } from "./adapter.ts";
import type { AgentInstaller, InstallScope } from "./installer.ts";
import { installers } from "./installers.ts";
import { adapterOf } from "./registry.ts";

/** The README's table of agents and what has to be known of each, made from what adapters and installers declare. */

const columns: readonly (readonly [Gate, string])[] = [
  ["shell", "shell"],
  ["reads", "reads"],
  ["writes", "writes"],
  ["mcp", "MCP"],
  ["web", "web"],
  ["prompts", "prompts"],
];

const killWords: { readonly [K in KillWay]: string } = {
  reply: "yes",
  process: "yes, by its process",
  "command line only": "command line only, by its process",
  none: "no: denied from then on",
};

const proofWords: { readonly [K in Proof["kind"]]: string } = {
  live: "the real agent",
  contract: "contract",
  documented: "documentation",
};

/** From which wait on nothing is said about it, in ms: most people have answered by then. */
const longWaitMs = 300_000;

const begin = "<!-- made from src/boundary/hooks by `node policies/generate.ts`: begin -->";
const end = "<!-- made from src/boundary/hooks: end -->";

/** The text with the table and its notes between their marks. The error says which mark is missing. */
export function withSupportTable(readme: string): Result<string> {
  const from = readme.indexOf(begin);
  const to = readme.indexOf(end, from);
  return from < 0 || to < 0
    ? err(`the place of the support table (\`${from < 0 ? begin : end}\`) is missing`)
    : ok(`${readme.slice(0, from + begin.length)}\n\n${supportText()}\n${readme.slice(to)}`);
}

function supportText(): string {
  const known = installers.flatMap((installer) => {
    const adapter = adapterOf(installer.agent);
    return adapter === undefined ? [] : [{ installer, adapter }];
  });
  const head = ["agent", ...columns.map(([, title]) => title), "ends a session", "level", "known from"];
  const rows = known.map(({ installer, adapter }) => [
    adapter.title,
    ...columns.map(([gate]) => (adapter.capabilities.gates.includes(gate) ? "yes" : "no")),
    killWords[adapter.capabilities.kill],
    levelOf(installer),
    adapter.proof.map(({ kind, version }) => `${proofWords[kind]}, ${version}`).join("; "),
  ]);
  const others = agentRules.flatMap(({ hookless }) => (hookless === undefined ? [] : [hookless]));
  const otherRows = others.map(({ title }) => [
    title,
    ...columns.map(() => "no"),
    "no",
    "its own rules alone",
    "documentation",
  ]);
  const notes = [
    ...known.flatMap(({ adapter }) => noteLines(adapter)),
    ...others.map(
      ({ title, means }) =>
        `- ${title}: cannot be stopped by Signalbox before it acts; \`signalbox install\` writes ${means}.`,
    ),
  ];
  return `${[head, head.map(() => "---"), ...rows, ...otherRows].map(row).join("\n")}\n\n${notes.join("\n")}\n`;
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function noteLines({ title, capabilities, notes = [] }: Adapter): readonly string[] {
  const wait =
    capabilities.waitsMs < longWaitMs
      ? [`waits no longer than ${Math.floor(capabilities.waitsMs / 1000)} s for you`]
      : [];
  const also = capabilities.gates.filter((gate) => columns.every(([column]) => column !== gate));
  const asks = also.length === 0 ? [] : [`also decided: ${also.join(", ")}`];
  const all = [...asks, ...wait, ...notes];
  return all.length === 0 ? [] : [`- ${title}: ${all.join("; ")}.`];
}

/** An agent's hooks are cooperative at every level; at the managed one users cannot take them out. */
function levelOf(installer: AgentInstaller): string {
  const has = (scope: InstallScope): boolean => installer.files({ scope, base: "/" }).ok;
  const words = [...(has("user") ? ["L0"] : []), ...(has("managed") ? ["managed"] : [])];
  return words.length === 0 ? "L0, in one workspace" : words.join(", or ");
}
