import type { CatalogueExample } from "../catalogue/catalogue.ts";
import type { Catalogue } from "../catalogue/load.ts";
import { actionId } from "../model/action.ts";
import { emptyMachine } from "../model/lookups.ts";
import type { RequestPayload } from "../model/request.ts";
import { classify } from "./classify.ts";

/** What examples are written for. */
const exampleMachine = emptyMachine("/home/dev");

/** What is wrong with an example of the catalogue, after the whole classifier has read its request. Empty where it holds. */
export function exampleFailures(example: CatalogueExample, catalogue: Catalogue): readonly string[] {
  const folder = "/home/dev/example";
  const context = {
    id: "example",
    agent: "example",
    conversation: "example",
    workspace: folder,
    cwd: folder,
    boundary: "check",
  } as const;
  const { actions } = classify({ context, payload: payloadOf(example) }, catalogue, exampleMachine);
  const ids = actions.map((action) => actionId(action));
  const matched = actions.filter((action) => example.matches.includes(actionId(action)));
  const { resource, environment } = example;
  const found = ids.length === 0 ? "nothing" : ids.join(", ");
  return [
    ...example.matches.filter((id) => !ids.includes(id)).map((id) => `expected \`${id}\`, found ${found}`),
    ...example.misses.filter((id) => ids.includes(id)).map((id) => `\`${id}\` must not be found`),
    ...example.effects
      .filter((effect) => !matched.some((action) => action.effects.includes(effect)))
      .map((effect) => `the effect \`${effect}\` is missing`),
    ...(resource === undefined || matched.some(({ target }) => target.resource === resource)
      ? []
      : [`expected the resource \`${resource}\`, found ${shown(matched[0]?.target.resource)}`]),
    ...(environment === undefined || matched.some(({ target }) => target.environment === environment)
      ? []
      : [`expected the environment \`${environment}\`, found ${shown(matched[0]?.target.environment)}`]),
  ];
}

/** What an example asks, in a few words. */
export function exampleTitle({ request }: CatalogueExample): string {
  const call = `${request.method ?? "GET"} ${request.url ?? ""} ${request.body ?? ""}`.trim();
  return (request.command ?? request.tool ?? call).slice(0, 120);
}

function shown(text: string | undefined): string {
  return text === undefined ? "none" : `\`${text}\``;
}

function payloadOf({ request }: CatalogueExample): RequestPayload {
  if (request.command !== undefined) {
    return { kind: "shell", command: request.command, shell: "bash" };
  }
  if (request.tool !== undefined) {
    return { kind: "mcp_call", server: request.server ?? "", tool: request.tool, input: request.input };
  }
  const { method = "GET", url = "", body } = request;
  return { kind: "http", method, url, headers: {}, ...(body === undefined ? {} : { body }) };
}
