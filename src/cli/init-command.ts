import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { createInterface } from "node:readline";
import { formatDiagnostic } from "../base/diagnostic.ts";
import { policyRemarks } from "../boundary/check/policy-remarks.ts";
import { packagedCatalogue } from "../boundary/files/packaged.ts";
import { proposePolicy, templateSummaries, type PolicyProposal } from "../boundary/files/policy-proposal.ts";
import { nearest } from "../policy/nearest.ts";
import { errorCode } from "../record/durable-file.ts";
import { exitCodes, print, printJson, UsageError, type Command, type CommandContext } from "./command.ts";
import { noPositionals, parseOptions } from "./options.ts";

export const initCommand: Command = {
  name: "init",
  summary: "write a policy for this workspace from a template",
  help: `usage: signalbox init [--template NAME] [--dir DIR] [--dry-run] [--yes] [--json]
       signalbox init --list [--json]

Chooses a template by what the workspace contains, fills in what can be detected (environments of the linked Railway
project, contexts, profiles, regions, accounts, Terraform workspaces; names, no credentials), shows the policy, and writes it to
.governance/policy.yaml once you agree. A policy that is there already is never overwritten.

options:
  --template NAME   this template, written without a question
  --list            show the templates
  --dir DIR         the workspace (default: here)
  --dry-run         show what would be written, and write nothing
  --yes             write without a question
  --json            print JSON: template, because, others, file, written, text, filled, notes, remarks

Until a human approves it, a policy applies in its tightening part only.

exit codes: 0 done, 1 there is a policy already, or nobody agreed, 2 wrong usage`,
  async run(args, context) {
    const parsed = parseOptions(args, {
      template: "text",
      dir: "text",
      list: "flag",
      "dry-run": "flag",
      yes: "flag",
      json: "flag",
    });
    noPositionals(parsed);
    const json = parsed.flags.has("json");
    if (parsed.flags.has("list")) {
      return listTemplates(json, context);
    }
    const workspace = resolve(context.cwd, parsed.text["dir"] ?? ".");
    const template = parsed.text["template"];
    const proposal = proposePolicy({
      workspace,
      home: context.home,
      env: (name) => context.env[name],
      ...(template === undefined ? {} : { template }),
    });
    if (proposal === undefined) {
      throw unknownTemplate(template ?? "");
    }
    const file = join(workspace, ".governance", "policy.yaml");
    const remarks = policyRemarks(
      { file: relative(context.cwd, file), text: proposal.text, workspace, home: context.home },
      packagedCatalogue(),
    ).map(formatDiagnostic);
    const dry = parsed.flags.has("dry-run");
    const existing = existingPolicy(workspace);
    if (existing !== undefined && !dry) {
      const name = relative(context.cwd, existing);
      print(context.stderr, `\`${name}\` is there already; edit it, or move it away first`);
      return exitCodes.failed;
    }
    if (!json) {
      show(proposal, remarks, context);
    }
    const agreed = !dry && (template !== undefined || parsed.flags.has("yes") || (await agrees(context)));
    if (agreed) {
      write(file, proposal.text, context);
    }
    report({ proposal, remarks, file, written: agreed, dry, json }, context);
    return agreed || dry ? exitCodes.done : exitCodes.failed;
  },
};

function listTemplates(json: boolean, { stdout }: CommandContext): number {
  const all = templateSummaries();
  if (json) {
    printJson(stdout, all);
  } else {
    const width = Math.max(...all.map(({ name }) => name.length));
    print(stdout, all.map(({ name, description }) => `${name.padEnd(width)}  ${description}`).join("\n"));
  }
  return exitCodes.done;
}

function unknownTemplate(template: string): UsageError {
  const names = templateSummaries().map(({ name }) => name);
  const near = nearest(template, names);
  const help = near === undefined ? `there are ${names.join(", ")}` : `did you mean \`${near}\`?`;
  return new UsageError(`no template \`${template}\`; ${help}`);
}

function existingPolicy(workspace: string): string | undefined {
  return ["policy.yaml", "policy.yml", "policy.json"]
    .map((name) => join(workspace, ".governance", name))
    .find((path) => existsSync(path));
}

/** The policy goes to stdout as it would be written, all else to stderr: `--dry-run > policy.yaml` is a policy. */
function show(
  { text, notes }: PolicyProposal,
  remarks: readonly string[],
  { stdout, stderr }: CommandContext,
): void {
  print(stdout, text);
  const lines = [...notes.map((note) => `not detected: ${note}`), ...remarks];
  if (lines.length > 0) {
    print(stderr, lines.join("\n"));
  }
}

async function agrees({ stdin, stderr }: CommandContext): Promise<boolean> {
  // Only a human at a terminal is asked; a pipe or an agent's tool has nobody to answer.
  if (!("isTTY" in stdin) || stdin.isTTY !== true) {
    print(stderr, "nobody can be asked here: add `--yes`, or `--template NAME`");
    return false;
  }
  // Any terminal will do: whatever is written, a policy that nobody has approved loosens nothing.
  const lines = createInterface({ input: stdin, output: stderr });
  const answer = await new Promise<string>((resolve) => {
    lines.once("close", () => resolve(""));
    lines.question("write this to .governance/policy.yaml? [y/N] ", resolve);
  });
  lines.close();
  return /^y(?:es)?$/i.test(answer.trim());
}

function write(file: string, text: string, context: CommandContext): void {
  try {
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(file, text, { flag: "wx" });
  } catch (error) {
    throw new UsageError(`\`${relative(context.cwd, file)}\` cannot be written (${errorCode(error)})`);
  }
}

interface Outcome {
  readonly proposal: PolicyProposal;
  /** What `signalbox policy check` says about it. */
  readonly remarks: readonly string[];
  readonly file: string;
  readonly written: boolean;
  readonly dry: boolean;
  readonly json: boolean;
}

function report({ proposal, remarks, file, written, dry, json }: Outcome, context: CommandContext): void {
  if (json) {
    printJson(context.stdout, { ...proposal, remarks, file, written });
  } else if (written) {
    print(
      context.stderr,
      [
        `wrote ${relative(context.cwd, file)} from ${proposal.template}; next:`,
        "  read it, above all the lines below `# detected:` and `# not detected:`",
        "  signalbox policy check            what its author cannot have meant",
        "  signalbox explain -- COMMAND      what becomes of a command",
        "  signalbox policy approve          put it in force, or approve it in the editor",
      ].join("\n"),
    );
  } else if (!dry) {
    print(context.stderr, "nothing was written");
  }
}
