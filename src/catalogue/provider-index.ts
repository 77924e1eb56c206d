import type { CredentialSpec, GraphqlKind, Provider } from "./catalogue.ts";

/** What it takes to find a provider, and nothing of what it takes to understand a request to it. Plain JSON. */
export interface ProviderIndex {
  readonly name: string;
  readonly title: string;
  readonly hosts: readonly string[];
  /** Its own tools, and the packages that have them. */
  readonly programs: readonly string[];
  /** Words of the names of MCP servers; missing where it has no tools. */
  readonly servers?: readonly string[];
  readonly credentials: readonly CredentialSpec[];
  /** True where it has a table of services. */
  readonly table?: boolean;
  /** Names of root fields by kind; missing where it has no GraphQL API. */
  readonly fields?: Readonly<Record<GraphqlKind, readonly string[]>>;
}

export function indexOf(provider: Provider): ProviderIndex {
  const { name, title, hosts, credentials, cli, mcp, graphql, table } = provider;
  return {
    name,
    title,
    hosts,
    programs: [...(cli?.programs ?? []), ...(cli?.packages ?? [])],
    credentials,
    ...(table === undefined ? {} : { table: true }),
    ...(mcp === undefined ? {} : { servers: mcp.servers }),
    ...(graphql === undefined
      ? {}
      : {
          fields: {
            query: [...graphql.fields.query.keys()],
            mutation: [...graphql.fields.mutation.keys()],
            subscription: [...graphql.fields.subscription.keys()],
          },
        }),
  };
}
