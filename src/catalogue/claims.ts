import type { GraphqlKind } from "./catalogue.ts";
import type { Catalogue } from "./load.ts";
import type { YamlReader } from "./yaml-reader.ts";

/** What is taken already. */
export interface Taken {
  readonly shipped: Catalogue;
  /** Providers of what runs on this machine. */
  readonly localProviders: ReadonlySet<string>;
  /** True where the classifier has its own understanding of a program. */
  isKnownProgram(program: string): boolean;
}

/** Reports an error at a node, with its remedy. */
type Say = (node: unknown, message: string, help: string) => void;

/**
 * Reports everything in a file of a workspace that speaks of what ships with the package, or that only the package may
 * say. The file has been read before, and is well-formed.
 */
export function checkClaims(reader: YamlReader, taken: Taken): void {
  const root = reader.entries(reader.root ?? undefined);
  const say: Say = (node, message, help) => reader.report(node, message, { code: "catalogue/taken", help });
  checkProvider(reader, root.get("provider"), taken, say);
  for (const host of reader.items(root.get("hosts"))) {
    checkHost(host, reader.text(host) ?? "", taken, say);
  }
  for (const credential of reader.items(root.get("credentials"))) {
    checkCredential(reader, credential, taken, say);
  }
  checkPrograms(reader, root.get("cli"), taken, say);
  checkServers(reader, root.get("mcp"), taken, say);
  for (const operation of reader.entries(root.get("operations"))) {
    checkOperation(reader, operation, taken, say);
  }
  checkAmbient(reader, root.get("ambient"), say);
  checkSources(reader, root, say);
  if (root.has("table")) {
    say(root.get("table"), "tables ship with the package only", "list the operations under `operations`");
  }
}

function checkProvider(reader: YamlReader, node: unknown, taken: Taken, say: Say): void {
  const name = reader.text(node) ?? "";
  if (!/^[a-z][a-z0-9_-]{0,39}$/.test(name)) {
    say(
      node,
      `\`${name.slice(0, 60)}\` cannot be a provider's name`,
      "use up to 40 of a-z, 0-9, `_` and `-`, a letter first",
    );
  } else if (taken.shipped.providers.has(name) || taken.localProviders.has(name)) {
    say(
      node,
      `the provider \`${name}\` ships with Signalbox`,
      "describe your own provider under a name of its own",
    );
  }
}

function checkHost(node: unknown, host: string, { shipped }: Taken, say: Say): void {
  const plain = host.startsWith("*.") ? host.slice(2) : host;
  if (!/^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/.test(plain) || (plain !== host && !plain.includes("."))) {
    say(
      node,
      `\`${host.slice(0, 60)}\` cannot be a host`,
      "write it in lower case without port; a wildcard is `*.` and two names at least",
    );
    return;
  }
  const owner =
    shipped.providerByHost(plain) ??
    shipped.providerByHost(`x.${plain}`) ??
    (plain === host ? undefined : shipped.providersByPartialHost("", `.${plain}`)[0]);
  if (owner !== undefined) {
    say(
      node,
      `the host \`${host}\` belongs to \`${owner.name}\`, which ships with Signalbox`,
      "name only hosts of your own provider",
    );
  }
}

function checkCredential(reader: YamlReader, node: unknown, { shipped }: Taken, say: Say): void {
  const members = reader.entries(node);
  const name = reader.text(members.get("name")) ?? "";
  if (shipped.credential(name) !== undefined) {
    say(
      members.get("name"),
      `the credential \`${name}\` ships with Signalbox`,
      "give your credential a name of its own",
    );
  }
  if (members.has("files")) {
    say(
      members.get("files"),
      "a workspace may not say which files hold credentials",
      "name the variables under `environment`; hide the files with Signal",
    );
  }
}

function checkPrograms(reader: YamlReader, node: unknown, taken: Taken, say: Say): void {
  const cli = reader.entries(node);
  for (const item of [...reader.items(cli.get("programs")), ...reader.items(cli.get("packages"))]) {
    const program = reader.text(item) ?? "";
    if (!/^(?:@[a-z0-9._-]+\/)?[a-z0-9][a-z0-9._+-]*$/.test(program)) {
      say(
        item,
        `\`${program.slice(0, 60)}\` cannot be a program`,
        "write its name in lower case, without a folder",
      );
      continue;
    }
    const owner = taken.shipped.providerByProgram(program);
    if (owner !== undefined) {
      say(
        item,
        `the program \`${program}\` belongs to \`${owner.name}\`, which ships with Signalbox`,
        "name only programs of your own provider",
      );
    } else if (taken.isKnownProgram(program)) {
      say(
        item,
        `Signalbox has rules of its own for \`${program}\``,
        "name only programs of your own provider",
      );
    }
  }
  checkEmulator(reader, cli, say);
}

function checkEmulator(reader: YamlReader, cli: ReadonlyMap<string, unknown>, say: Say): void {
  if (cli.has("emulator")) {
    say(
      cli.get("emulator"),
      "a workspace may not declare stand-ins that nothing counts on",
      "leave `emulator` out",
    );
  }
  if (reader.items(cli.get("argument_variables")).length > 0) {
    say(
      cli.get("argument_variables"),
      "a workspace may not name variables whose words are read",
      "leave `argument_variables` out",
    );
  }
}

function checkServers(reader: YamlReader, node: unknown, { shipped }: Taken, say: Say): void {
  for (const item of reader.items(reader.entries(node).get("servers"))) {
    const server = reader.text(item) ?? "";
    const owner = shipped.providerByServer(server);
    if (owner !== undefined) {
      say(
        item,
        `the server \`${server}\` belongs to \`${owner.name}\`, which ships with Signalbox`,
        "name only servers of your own provider",
      );
    } else if (!/^[a-z][a-z0-9-]{2,}$/.test(server)) {
      say(
        item,
        `\`${server.slice(0, 60)}\` cannot be a server's name`,
        "use three or more of a-z, 0-9 and `-`",
      );
    }
  }
}

const kinds: readonly GraphqlKind[] = ["query", "mutation", "subscription"];

function checkOperation(reader: YamlReader, entry: readonly [string, unknown], taken: Taken, say: Say): void {
  const [name, node] = entry;
  const members = reader.entries(node);
  for (const each of [name, ...reader.texts(members.get("aliases"))]) {
    const owner = each.includes(":") ? each.slice(0, each.indexOf(":")) : "";
    if (taken.shipped.providers.has(owner) || taken.localProviders.has(owner)) {
      say(
        node,
        `\`${each}\` is a name of the provider \`${owner}\``,
        "name only operations of your own provider",
      );
    }
  }
  if (members.has("everyday") || reader.texts(members.get("groups")).includes("everyday")) {
    say(
      members.get("everyday") ?? members.get("groups"),
      "a workspace may not call an operation everyday",
      "leave it out; allow the operation in the policy, which a human approves",
    );
  }
  for (const kind of kinds) {
    for (const item of reader.items(members.get(kind))) {
      const [owner] = taken.shipped.graphqlField(kind, reader.text(item) ?? "");
      if (owner !== undefined) {
        say(
          item,
          `the ${kind} \`${reader.text(item) ?? ""}\` belongs to \`${owner.provider.name}\`, which ships with Signalbox`,
          "reach it by REST, by its command line or as a tool instead",
        );
      }
    }
  }
}

/** What is found there is shown to people: only what names an environment may be looked at. */
function checkAmbient(reader: YamlReader, node: unknown, say: Say): void {
  const members = reader.entries(node);
  for (const key of ["file", "folders", "line"]) {
    if (members.has(key)) {
      say(
        members.get(key),
        `a workspace may not have \`ambient.${key}\` read`,
        "name a variable under `variables`",
      );
    }
  }
  for (const item of reader.items(members.get("variables"))) {
    const name = reader.text(item) ?? "";
    if (
      !/^[A-Z][A-Z0-9_]*_(?:ENV|ENVIRONMENT|STAGE|PROFILE|CONTEXT|PROJECT|WORKSPACE|REGION|TARGET)$/.test(
        name,
      )
    ) {
      say(
        item,
        `\`${name.slice(0, 60)}\` does not sound like the name of an environment`,
        "use a variable that ends in `_ENV`, `_ENVIRONMENT`, `_STAGE`, `_PROFILE` or the like",
      );
    }
  }
}

/** What an option or an argument says is shown as the name of a resource: never what sounds like a secret. */
function checkSources(reader: YamlReader, root: ReadonlyMap<string, unknown>, say: Say): void {
  const cli = reader.entries(root.get("cli"));
  const described = [
    cli,
    reader.entries(root.get("graphql")),
    ...[...reader.items(cli.get("commands")), ...reader.items(cli.get("verbs"))].map((item) =>
      reader.entries(item),
    ),
    ...[...reader.entries(root.get("operations")).values()].map((item) => reader.entries(item)),
  ];
  for (const members of described) {
    for (const item of ["resource", "environment"].flatMap((key) => reader.items(members.get(key)))) {
      const [source] = reader.scalars(item);
      if (
        /pass|pwd|secret|token|cred|auth|cookie|session|private|(?:api|access)[-_.]?key/i.test(String(source))
      ) {
        say(
          item,
          `\`${String(source).slice(0, 60)}\` sounds like a secret, and would be shown`,
          "name what says which resource or environment it is",
        );
      }
    }
  }
}
