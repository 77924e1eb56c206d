import type { ChecklistFacts } from "./facts.ts";
import { actionFor, isIrreversible } from "./operation-action.ts";
import { failed, notApplicable, notMeasured, passed, pointOf, type Finding, type Point } from "./point.ts";
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
  return findings.length === 0 ? [notApplicable(`${none} (${scan.files.length} files)`)] : findings;
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

function irreversibleFinding(
  { provider, because, file, line }: ProviderInUse,
  environments: readonly string[],
  { decide }: ChecklistFacts,
): Finding {
  const at = { ...(file === undefined ? {} : { file }), ...(line === undefined ? {} : { line }) };
  const operations = [...provider.operations.values()].filter(isIrreversible);
  const spared = operations.flatMap((operation) =>
    environments
      .filter((environment) => decide(actionFor(provider, operation, { environment })).verdict === "allow")
      .slice(0, 1)
      .map((environment) => ({ name: `${provider.name}:${operation.name}`, environment })),
  );
  const [first] = spared;
  if (first === undefined) {
    return operations.length === 0
      ? passed(`${provider.title} (${because}) has no operation that cannot be undone`, at)
      : passed(
          `${operations.length} operations of ${provider.title} (${because}) that cannot be undone are stopped or asked`,
          at,
        );
  }
  const names = [...new Set(spared.map(({ name }) => name))];
  const where = first.environment === "" ? "where no environment is named" : `in ${first.environment}`;
  return failed(
    `${names
      .slice(0, 4)
      .map((name) => `\`${name}\``)
      .join(
        ", ",
      )}${names.length > 4 ? ` and ${names.length - 4} more` : ""} cannot be undone and would pass ${where} (${because})`,
    `add under \`policies: control:\` the entry \`- {action: [${names
      .slice(0, 8)
      .map((name) => `"${name}"`)
      .join(", ")}], require_hitl: true}\``,
    at,
  );
}

function environmentsOf({ inForce }: ChecklistFacts): readonly string[] {
  const declared = writtenPolicies(inForce).flatMap(({ environments }) =>
    environments.map(({ name }) => name),
  );
  return [...new Set(["", "production", ...declared])];
}
