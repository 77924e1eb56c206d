import { codeAnchor, policyCodes, type CodeInfo, type PolicyCode } from "../src/policy/codes.ts";
import { policySchema, type Field, type NameKind, type Shape } from "../src/policy/schema.ts";

/** The reference of the language as Markdown: every key, and every diagnostic with what to do about it. */
export function referenceText(): string {
  const keys = new KeyWriter();
  keys.write(policySchema, []);
  return [
    "<!-- Made by policies/generate.ts from src/policy/schema.ts and src/policy/codes.ts. Do not edit. -->",
    "# Policy reference",
    introduction,
    layers,
    "## Keys",
    ...keys.sections,
    "## Diagnostics",
    "Each has a stable code. A file with an error does not load, and what was in force before stays so; warnings and information change no decision.",
    ...Object.entries(policyCodes).map(([code, info]) => codeSection(code as PolicyCode, info)),
    "",
  ].join("\n\n");
}

const introduction = `A policy is YAML 1.2 or JSON in \`.governance/policy.yaml\` (\`.yml\`, \`.json\`). Anchors, tags and merge keys are not part of it.

Of all rules and scopes that match a request, the strictest verdict counts: kill, then deny, then ask, then allow. Every rule is evaluated, and the decision names each with file and line.

An edit applies at once where it tightens. Where it loosens it waits for a human's approval of the whole file and of all that it [extends](#extends).

In names, hosts and commands \`*\` and \`?\` match any characters and \`{a,b}\` is a choice; case does not matter. In paths \`*\` stops at \`/\`, \`**\` does not; \`./x\` starts at the workspace, \`~/x\` at home.`;

const layers = `## Policies above the workspace

Below the built-in baseline and above the workspace lie two layers, which hold in every workspace. What they deny or kill, nothing below them allows.

**The organisation's managed file** is \`/etc/signalbox/policy.yaml\`, on macOS \`/Library/Application Support/Signalbox/policy.yaml\`, on Windows \`C:\\ProgramData\\Signalbox\\policy.yaml\`. It needs no approval, and is ignored where somebody else than root or an administrator could write it, its folder, or a folder above; \`signalbox policy show\` says so. For a user who is root it applies only where it tightens. With [locked](#locked) nothing below it loosens.

**A policy that the organisation publishes** is named by [organisation](#organisation), in the managed file or in the user's own policy. It is fetched in the background, checked, and kept; decisions never wait for it. A policy that says no more than where another one is published does not keep others from observing.

**The user's own policy** is \`~/.config/signalbox/policy.yaml\` (\`.yml\`, \`.json\`). It needs approval as the workspace's does, by \`signalbox policy approve --user\`: an edit applies at once where it tightens.

### The signed document

\`signalbox policy keygen --out KEY\` makes a key pair: the private half goes to the file, sealed by nothing but its rights (0600), the public one is printed. \`signalbox policy sign --key KEY --version 7 --expires 2027-01-31 FILE\` prints what to publish. Without \`--version\` it is the seconds since 1970, without \`--expires\` 30 days:

\`\`\`json
{
  "format": 1,
  "version": 7,
  "expires": "2027-01-31T00:00:00.000Z",
  "policy": "policies:\\n  deny: …",
  "signature": "base64 of Ed25519 over the UTF-8 text below"
}
\`\`\`

Signed is \`signalbox-organisation-policy:\`, followed by the four other members as JSON with sorted keys and without white space. The policy may extend templates (\`signalbox:NAME\`) and no files.

| when | what holds |
| --- | --- |
| a newer version is fetched | it replaces the one before at once |
| an older version, or another text of the same version | refused and told: the one before stays |
| another signature, a policy that does not load, no answer | told: the one before stays |
| \`expires\` has passed | its restrictions stay; what it allows is void until a newer version comes |
| none was ever fetched | nothing below it loosens the baseline |

Whoever can write \`~/.signalbox\` outside of Signalbox can remove the version that is kept, and replay an older one until that expires.`;

const kinds: Readonly<Record<NameKind, string>> = {
  path: "path or glob",
  api: "operation, group or glob",
  provider: "provider",
  effect: "effect",
  credential: "name of a credential",
  environment: "environment or glob",
  task: "task",
  agent: "agent or glob",
  host: "host or glob",
  pattern: "text or glob",
  approver: "approver",
  url: "address",
  key: "public key",
  prose: "text",
};

class KeyWriter {
  readonly sections: string[] = [];
  /** Shapes and fields that were written out before, with where. */
  readonly #shapes = new Map<Shape, string>();
  readonly #fields = new Map<Field, string>();

  /** Writes the keys below a shape. `path` is the way to it as people write it. */
  write(shape: Shape, path: readonly string[]): void {
    if (shape.kind === "map") {
      for (const [key, field] of Object.entries(shape.keys)) {
        this.#field(field, [...path, key]);
      }
    } else if (shape.kind === "list") {
      this.write(shape.item, asList(path));
    } else if (shape.kind === "record" || shape.kind === "named") {
      this.write(shape.value, [...path, "NAME"]);
    } else if (shape.kind === "either") {
      this.write(shape.map, path);
    }
  }

  #field(field: Field, path: readonly string[]): void {
    const name = path.join(".");
    const before = this.#shapes.get(field.shape);
    if (this.#fields.has(field)) {
      return;
    }
    this.#fields.set(field, name);
    const nested = hasKeys(field.shape);
    if (nested && before === undefined) {
      this.#shapes.set(field.shape, name);
    }
    this.sections.push(
      [
        `### \`${name}\``,
        facts(field),
        field.description,
        ...(nested && before !== undefined ? [`Its keys are those of \`${before}\`.`] : []),
        ...(field.example === undefined ? [] : [`\`\`\`yaml\n${exampleAt(path, field.example)}\n\`\`\``]),
      ].join("\n\n"),
    );
    if (nested && before === undefined) {
      this.write(field.shape, path);
    }
  }
}

function asList(path: readonly string[]): readonly string[] {
  return [...path.slice(0, -1), `${path.at(-1) ?? ""}[]`];
}

function hasKeys(shape: Shape): boolean {
  switch (shape.kind) {
    case "map":
      return true;
    case "list":
      return hasKeys(shape.item);
    case "record":
    case "named":
      return hasKeys(shape.value);
    case "either":
      return hasKeys(shape.map);
    case "names":
    case "name":
    case "word":
    case "flag":
    case "number":
    case "duration":
      return false;
    default:
      return shape satisfies never;
  }
}

function facts({ shape, default: fallback, required }: Field): string {
  return [
    `Type: ${typeOf(shape)}`,
    ...(required === true ? ["required"] : []),
    ...(fallback === undefined ? [] : [`default: ${/\s/.test(fallback) ? fallback : `\`${fallback}\``}`]),
  ].join(" · ");
}

function typeOf(shape: Shape): string {
  switch (shape.kind) {
    case "map":
      return "map";
    case "record":
      return `map by name of ${typeOf(shape.value)}`;
    case "named":
      return "map by name, or list of maps with `name`";
    case "list":
      return `list of ${typeOf(shape.item)}`;
    case "names":
      return `${kinds[shape.names]}, or a list of them`;
    case "name":
      return kinds[shape.names];
    case "word":
      return shape.words.map((word) => `\`${word}\``).join(" or ");
    case "flag":
      return "`true` or `false`";
    case "number":
      return "`1`";
    case "duration":
      return "seconds, or a time such as `90s`, `5m`, `1h`";
    case "either":
      return `${typeOf(shape.text)}, or ${typeOf(shape.map)}`;
    default:
      return shape satisfies never;
  }
}

/** A policy that holds the value at the path; a rule or entry gets what it needs beside it. */
export function exampleAt(path: readonly string[], value: string): string {
  const lines: string[] = [];
  let indent = "";
  for (const [index, step] of path.entries()) {
    const last = index === path.length - 1;
    const key = step.replace("[]", "").replace("NAME", "web");
    lines.push(`${indent}${key}:${last ? ` ${value}` : ""}`);
    indent = indent.replace("-", " ");
    const beside = step.endsWith("[]") && !last ? besideKey(path[index + 1] ?? "", path) : undefined;
    if (beside !== undefined) {
      lines.push(`${indent}  - ${beside}`);
      indent += "    ";
    } else if (step.endsWith("[]")) {
      indent += "  - ";
    } else {
      indent += "  ";
    }
  }
  return [...lines, ...besideLines(path)].join("\n");
}

/** An organisation's policy is told by address and key, whichever of its keys is shown. */
function besideLines([top, own, ...deeper]: readonly string[]): readonly string[] {
  const { shape } = policySchema.keys["organisation"] ?? {};
  return top !== "organisation" || own === undefined || deeper.length > 0 || shape?.kind !== "map"
    ? []
    : Object.entries(shape.keys).flatMap(([key, { required, example }]) =>
        required === true && key !== own ? [`  ${key}: ${example ?? ""}`] : [],
      );
}

const notConditions = new Set(["reason", "not", "require_hitl", "timeout", "grant", "approvers"]);

function besideKey(key: string, path: readonly string[]): string | undefined {
  if (path[0] === "policies") {
    return notConditions.has(key) ? "action_type: production_api_call" : undefined;
  }
  return key === "api" || key === "name" ? undefined : 'api: "railway:deploy"';
}

function codeSection(code: PolicyCode, info: CodeInfo): string {
  const { severity, cause, remedy, wrong, right } = info;
  return [
    `### ${codeAnchor(code)}`,
    `\`${code}\` · ${severity}`,
    cause,
    remedy,
    ...(wrong === undefined ? [] : [`Told of:\n\n${fenced(wrong)}`]),
    ...(right === undefined ? [] : [`Instead:\n\n${fenced(right)}`]),
  ].join("\n\n");
}

function fenced(text: string): string {
  const visible = text.replaceAll("\u0000", "\\0").replaceAll("\t", "→").trimEnd();
  return `\`\`\`yaml\n${visible}\n\`\`\``;
}
