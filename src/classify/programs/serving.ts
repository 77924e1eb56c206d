import { optionSpec, readArguments } from "../options.ts";
import { isSecretFile, isWithin } from "../paths.ts";
import { report } from "../report.ts";
import type { ProgramRule, Scope } from "../scope.ts";
import type { Invocation, Word } from "../shell/invocation.ts";

/** Web servers that hand out a folder to whoever asks. A project's own folders are everyday work. */
export const serving: ProgramRule = {
  programs: [
    "python",
    "python3",
    "python2",
    "serve",
    "http-server",
    "live-server",
    "php",
    "ruby",
    "busybox",
    "httpd",
    "miniserve",
    "darkhttpd",
    "caddy",
    "updog",
    "twistd",
    "webfsd",
  ],
  examples: {
    matches: [
      { command: "cd ~ && python3 -m http.server 8000", actions: ["network:serve_files"] },
      { command: "python3 -m http.server --directory /", actions: ["network:serve_files"] },
      { command: "npx http-server ~/.ssh", actions: ["network:serve_files"] },
      { command: "php -S 0.0.0.0:8000 -t /", actions: ["network:serve_files"] },
      { command: "ruby -run -e httpd ~ -p 8000", actions: ["network:serve_files"] },
      { command: "cd / && npx serve", actions: ["network:serve_files"] },
    ],
    misses: [
      { command: "python3 -m http.server 8000", actions: ["network:serve_files"] },
      { command: "npx serve -s build", actions: ["network:serve_files"] },
      { command: "php -S localhost:8000 -t public", actions: ["network:serve_files"] },
      { command: "cd ~ && python3 -m pip list", actions: ["network:serve_files"] },
      { command: "cd / && ruby -e 'puts 1'", actions: ["network:serve_files"] },
    ],
  },
  judge(invocation, scope) {
    const folder = servedFolder(invocation, scope);
    const why = folder === undefined ? undefined : whySecret(folder, scope);
    if (folder !== undefined && why !== undefined) {
      report(scope, invocation, {
        action: "network:serve_files",
        effects: ["data_exfiltration"],
        target: { display: folder, path: folder },
        because: `\`${invocation.program}\` hands out \`${folder}\` to whoever asks, and ${why}`,
      });
    }
  },
};

/** The folder that is handed out; undefined where the program does something else, or it is not known. */
function servedFolder(invocation: Invocation, scope: Scope): string | undefined {
  const { program, words } = invocation;
  const text = words.map((word) => word.text).join(" ");
  const given = (from: number, valued: string): string | undefined =>
    pathOf(readArguments(words, optionSpec(valued), from).operands[0], scope);
  if (program.startsWith("python")) {
    const at = words.findIndex((word) => /^(?:http\.server|SimpleHTTPServer)$/.test(word.text));
    const values = readArguments(words, optionSpec("-d --directory -b --bind -p --protocol"), at + 1).values;
    return at < 1 ? undefined : pathOf(values.get("-d") ?? values.get("--directory"), scope);
  }
  switch (program) {
    case "php": {
      const args = readArguments(words, optionSpec("-S -t -d -c"));
      return args.values.has("-S") ? pathOf(args.values.get("-t"), scope) : undefined;
    }
    case "ruby":
      return /\s-run\s.*\bhttpd\b/.test(text)
        ? given(words.findIndex((word) => word.text === "httpd") + 1, "-p")
        : undefined;
    case "busybox":
    case "httpd":
      return /\bhttpd\b.*\s-h\s/.test(text)
        ? pathOf(words[words.findIndex((word) => word.text === "-h") + 1], scope)
        : undefined;
    case "caddy":
    case "twistd":
      return /file-server|\bweb\b/.test(text)
        ? pathOf(words[words.findIndex((word) => /^(?:--root|--path|-r)$/.test(word.text)) + 1], scope)
        : undefined;
    default:
      return given(1, "-p --port -l --listen -a -c --config -d --directory -i -r --route");
  }
}

/** Without a name it is the working directory. */
function pathOf(word: Word | undefined, scope: Scope): string | undefined {
  return word === undefined ? scope.cwd : scope.resolvePath(word);
}

function whySecret(folder: string, scope: Scope): string | undefined {
  const { home } = scope.lookups;
  if (scope.elsewhere !== undefined) {
    return undefined;
  }
  if (isWithin(home, folder)) {
    return "the keys and tokens of the user lie there";
  }
  return isSecretFile(folder) ||
    isSecretFile(`${folder}/x`) ||
    /\/\.(?:ssh|aws|gnupg|kube|docker)$/.test(folder)
    ? "keys and tokens lie there"
    : undefined;
}
