import type { Operation, Provider } from "../../catalogue/catalogue.ts";
import { whose, type ChecklistFacts } from "./facts.ts";
import { actionFor, isIrreversible } from "./operation-action.ts";
import { notApplicable, notMeasured, passed, pointOf, type Finding, type Point } from "./point.ts";
import { writtenPolicies } from "./written-policies.ts";
import { inUse, providerOfUrl, type ProviderInUse } from "./providers-in-use.ts";

/** 5: what the workspace calls is known, so that a policy can speak of it. */
export function apisPoint(facts: ChecklistFacts): Point {
  const { scan, catalogue } = facts;
  const findings: Finding[] = [];
  for (const { host, file, line, api, aside } of scan.hosts) {
    const provider = catalogue.providerByHost(host);
    if (provider !== undefined) {
      findings.push(passed(`${host} is ${provider.title}`, { file, line }));
    } else if (api) {
      findings.push({
        state: aside ? "warn" : "fail",
        what: `${host} looks like an API, and the catalogue does not know it`,
        fix: "describe its operations in `.governance/catalogue/NAME.yaml`, and run `signalbox catalogue test`",
        file,
        line,
      });
    }
  }
  for (const { name, url, file, line } of scan.servers) {
    const provider =
      catalogue.providerByServer(name) ?? (url === undefined ? undefined : providerOfUrl(facts, url));
    findings.push(
      provider === undefined
        ? {
            state: "warn",
            what: `the tools of the MCP server \`${name}\` are judged by their names, because the catalogue does not know it`,
            fix: "describe its tools under `mcp:` in `.governance/catalogue/NAME.yaml`",
            file,
            line,
          }
        : passed(`the MCP server \`${name}\` is ${provider.title}`, { file, line }),
    );
  }
  return pointOf("apis", withUnseen(facts, findings, "no API is called in this workspace"));
}

/** What was not looked at could hold anything: then finding nothing else proves nothing. */
export function withUnseen(
  { scan }: ChecklistFacts,
  findings: readonly Finding[],
  none: string,
): readonly Finding[] {
  const [first] = scan.unseen;
  if (first !== undefined) {
    const more = scan.unseen.length === 1 ? "" : `, and ${scan.unseen.length - 1} more`;
    return [...findings, notMeasured(`not looked at: ${first}${more}`)];
  }
  const made =
    scan.passedOver.length === 0
      ? []
      : [notApplicable(`made or fetched by tools, and not looked into: ${scan.passedOver.join(", ")}`)];
  return findings.length === 0
    ? [notApplicable(`${none} (${scan.files.length} files)`), ...made]
    : [...findings, ...made];
}

/** 6: decided for real, in every environment that the policies know, where none is said, and in production. */
export function irreversiblePoint(facts: ChecklistFacts): Point {
  const environments = environmentsOf(facts);
  const findings = inUse(facts).map((used) => irreversibleFinding(used, environments, facts));
  return pointOf(
    "irreversible",
    findings.length === 0 ? [notApplicable("no provider of the catalogue is in use here")] : findings,
  );
}

interface Spared {
  readonly name: string;
  readonly environment: string;
  /** True where it would reach production, or nobody knows what. */
  readonly grave: boolean;
  /** Whose session may. */
  readonly as: string;
}

function irreversibleFinding(
  { provider, because, file, line }: ProviderInUse,
  environments: readonly string[],
  { decide }: ChecklistFacts,
): Finding {
  const at = { ...(file === undefined ? {} : { file }), ...(line === undefined ? {} : { line }) };
  const operations = [...provider.operations.values(), ...ofTable(provider)].filter(isIrreversible);
  const spared = operations.flatMap((operation): readonly Spared[] =>
    environments.flatMap((environment) => {
      const decided = decide(actionFor(provider, operation, { environment }));
      const isProduction = decided.actions.some(({ effects }) => effects.includes("production_api_call"));
      const name = `${provider.name}:${operation.name}`;
      const grave = environment === "" || isProduction;
      return decided.verdict === "allow" ? [{ name, environment, grave, as: whose(decided) }] : [];
    }),
  );
  if (spared.length > 0) {
    return { ...at, ...sparedFinding(spared, because) };
  }
  return passed(
    operations.length === 0
      ? `${provider.title} (${because}) has no operation that cannot be undone`
      : `${operations.length} operations of ${provider.title} (${because}) that cannot be undone are stopped or asked`,
    at,
  );
}

/** What the provider's table tells of services that are not listed one by one. */
function ofTable({ table }: Provider): readonly Operation[] {
  return (table?.rules ?? []).map(({ access, effects, groups }) => ({
    name: "another:Operation",
    summary: "",
    aliases: [],
    access,
    effects,
    groups,
    reversible: true,
  }));
}

/** In an environment that a policy declares, and that is not production, somebody may have meant it. */
function sparedFinding(spared: readonly Spared[], because: string): Finding {
  const grave = spared.filter((each) => each.grave);
  const told = grave.length > 0 ? grave : spared;
  const names = [...new Set(told.map(({ name }) => name))];
  const [first] = told;
  const where =
    first?.environment === "" ? "where no environment is named" : `in ${first?.environment ?? ""}`;
  const shown = names
    .slice(0, 4)
    .map((name) => `\`${name}\``)
    .join(", ");
  const more = names.length > 4 ? ` and ${names.length - 4} more` : "";
  const listed = names
    .slice(0, 8)
    .map((name) => `"${name}"`)
    .join(", ");
  return {
    state: grave.length > 0 ? "fail" : "warn",
    what: `${shown}${more} cannot be undone and would pass ${where}${first?.as ?? ""} (${because})`,
    fix: `add under \`policies: control:\` the entry \`- {action: [${listed}], require_hitl: true}\``,
  };
}

function environmentsOf({ inForce }: ChecklistFacts): readonly string[] {
  const declared = writtenPolicies(inForce).flatMap(({ environments }) =>
    environments.map(({ name }) => name),
  );
  return [...new Set(["", "production", ...declared])];
}
