import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { packagedTemplates } from "../boundary/files/packaged.ts";
import { exitCodes, print, UsageError, type Command } from "./command.ts";
import { noPositionals, parseOptions } from "./options.ts";

export const initCommand: Command = {
  name: "init",
  summary: "write a policy for this workspace from a template",
  help: `usage: signalbox init --template NAME [--dir DIR]
       signalbox init --list

options:
  --template NAME   which template (\`--list\` shows them)
  --dir DIR         the workspace (default: here)

Writes .governance/policy.yaml. A policy that is there already is never overwritten.
Until a human approves it in the editor, a policy applies in its tightening part only.`,
  async run(args, context) {
    const parsed = parseOptions(args, { template: "text", dir: "text", list: "flag" });
    noPositionals(parsed);
    const templates = packagedTemplates();
    if (parsed.flags.has("list")) {
      print(context.stdout, [...templates.keys()].join("\n"));
      return exitCodes.done;
    }
    const name = parsed.text["template"];
    const template = name === undefined ? undefined : templates.get(name);
    if (template === undefined) {
      const known = [...templates.keys()].join(", ");
      throw new UsageError(
        name === undefined
          ? `give \`--template NAME\`: ${known}`
          : `no template \`${name}\`; there are ${known}`,
      );
    }
    const folder = join(resolve(context.cwd, parsed.text["dir"] ?? "."), ".governance");
    const existing = ["policy.yaml", "policy.yml", "policy.json"]
      .map((file) => join(folder, file))
      .find((file) => existsSync(file));
    if (existing !== undefined) {
      throw new UsageError(
        `${relative(context.cwd, existing)} is there already; edit it, or move it away first`,
      );
    }
    const file = join(folder, "policy.yaml");
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, template.text, { flag: "wx" });
    print(
      context.stdout,
      `wrote ${relative(context.cwd, file)} from ${name ?? ""}; try \`signalbox explain -- COMMAND\``,
    );
    return exitCodes.done;
  },
};
