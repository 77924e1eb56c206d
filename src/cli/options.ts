import { parseArgs, type ParseArgsOptionsConfig } from "node:util";
import { UsageError } from "./command.ts";

/** Options by name, positionals, and what came after `--` (undefined without one). */
export interface ParsedOptions {
  readonly text: Readonly<Record<string, string | undefined>>;
  readonly flags: ReadonlySet<string>;
  readonly positionals: readonly string[];
  readonly rest: readonly string[] | undefined;
}

/** `{ policy: "text", json: "flag" }`: every option of a command. `--help` is understood everywhere. */
export type OptionSpec = Readonly<Record<string, "text" | "flag">>;

/** Parses strictly: an unknown or repeated option is a `UsageError`, never ignored. */
export function parseOptions(args: readonly string[], spec: OptionSpec): ParsedOptions {
  const separator = args.indexOf("--");
  const own = separator === -1 ? args : args.slice(0, separator);
  const options: ParseArgsOptionsConfig = Object.fromEntries(
    Object.entries(spec).map(([name, kind]) => [
      name,
      { type: kind === "flag" ? "boolean" : "string", multiple: true },
    ]),
  );
  const { values, positionals } = parsedOrUsageError(own, options);
  const text: Record<string, string> = {};
  const flags = new Set<string>();
  for (const [name, given] of Object.entries(values)) {
    const [value, ...more] = Array.isArray(given) ? given : [given];
    if (more.length > 0) {
      throw new UsageError(`\`--${name}\` was given more than once`);
    }
    if (typeof value === "string") {
      text[name] = value;
    } else if (value === true) {
      flags.add(name);
    }
  }
  return { text, flags, positionals, rest: separator === -1 ? undefined : args.slice(separator + 1) };
}

function parsedOrUsageError(
  args: readonly string[],
  options: ParseArgsOptionsConfig,
): ReturnType<typeof parseArgs> {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    const sentence = error instanceof Error ? (error.message.split(". ")[0] ?? "") : "";
    throw new UsageError(sentence.charAt(0).toLowerCase() + sentence.slice(1));
  }
}

/** The one positional of a command, or a `UsageError` that names what is missing. */
export function onlyPositional(parsed: ParsedOptions, name: string): string {
  const [first, ...more] = parsed.positionals;
  if (first === undefined || more.length > 0) {
    throw new UsageError(
      first === undefined ? `${name} is missing` : `unexpected argument \`${more[0] ?? ""}\``,
    );
  }
  return first;
}

export function noPositionals(parsed: ParsedOptions): void {
  const [first] = parsed.positionals;
  if (first !== undefined) {
    throw new UsageError(`unexpected argument \`${first}\``);
  }
}
