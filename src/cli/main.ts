import { homedir } from "node:os";
import { commands } from "./commands.ts";
import { exitCodes, print, UsageError, type CommandContext } from "./command.ts";
import { packagedVersion } from "../boundary/files/packaged.ts";

/** `signalbox COMMAND …`: finds the command, turns its errors into one clear sentence and an exit code. */
async function main(args: readonly string[], context: CommandContext): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    print(name === undefined ? context.stderr : context.stdout, overview());
    return name === undefined ? exitCodes.usage : exitCodes.done;
  }
  if (name === "--version" || name === "-V") {
    print(context.stdout, packagedVersion());
    return exitCodes.done;
  }
  const command = commands.find((candidate) => candidate.name === name);
  if (command === undefined) {
    print(context.stderr, `signalbox: unknown command \`${name}\`; \`signalbox --help\` lists them`);
    return exitCodes.usage;
  }
  const separator = rest.indexOf("--");
  const own = separator === -1 ? rest : rest.slice(0, separator);
  if (own.includes("--help") || own.includes("-h")) {
    print(context.stdout, command.help);
    return exitCodes.done;
  }
  try {
    return await command.run(rest, context);
  } catch (error) {
    if (UsageError.is(error)) {
      print(context.stderr, `signalbox ${name}: ${error.message}\n  help: \`signalbox ${name} --help\``);
      return exitCodes.usage;
    }
    print(context.stderr, `signalbox ${name}: ${error instanceof Error ? error.message : "unknown error"}`);
    return exitCodes.failed;
  }
}

function overview(): string {
  const width = Math.max(...commands.map((command) => command.name.length));
  const lines = commands.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`);
  return [
    "signalbox: decides, before execution, what coding agents may see and do",
    "",
    "usage: signalbox COMMAND [options]",
    "",
    ...lines,
    "",
    "`signalbox COMMAND --help` shows a command's options and exit codes.",
  ].join("\n");
}

// A reader that closes early (`| head`) is no error of ours.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  process.exit(error.code === "EPIPE" ? 0 : exitCodes.failed);
});

void main(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  cwd: process.cwd(),
  home: homedir(),
  env: process.env,
}).then((code) => {
  process.exitCode = code;
});
