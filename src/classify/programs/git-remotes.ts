import { readUrl } from "../http/url.ts";
import { hasOption, type Arguments } from "../options.ts";
import { parentOf } from "../paths.ts";
import type { Word } from "../shell/invocation.ts";
import type { GitFinding, GitSite } from "./git-verbs.ts";

/** A push to an address that is none of the repository's own remotes: the whole history leaves with it. */
export function pushElsewhere(args: Arguments, { scope }: GitSite): GitFinding | undefined {
  const given = args.values.get("--repo") ?? args.operands[0];
  const place = given === undefined ? undefined : placeOf(given.known ? given.text : given.prefix);
  if (given === undefined || place === undefined || isHere(place.host)) {
    return undefined;
  }
  const own = remotesOf(scope);
  return own.some(
    (remote) => remote.host === place.host && (place.owner === "" || remote.owner === place.owner),
  )
    ? undefined
    : {
        operation: "push_elsewhere",
        effects: ["data_exfiltration"],
        because: `the history is sent to \`${place.host}\`, which is none of the repository's remotes`,
        target: given.text,
        remote: true,
      };
}

/** `url.X.insteadOf Y`, where X is not the server that Y is: every fetch and push goes elsewhere from then on. */
export function redirected(args: Arguments, words: readonly Word[], _site: GitSite): GitFinding | undefined {
  const everywhere = hasOption(args, "--global", "--system");
  const [name, value] = args.operands;
  if (name === undefined || value === undefined) {
    return undefined;
  }
  if (/^http\.(?:.*\.)?sslverify$/i.test(name.text) && /^(?:false|0|no|off)$/i.test(value.text)) {
    return everywhere
      ? {
          operation: "trust_anybody",
          effects: ["persistence"],
          because: "git no longer checks whom it talks to, in any repository",
        }
      : undefined;
  }
  const address = /^url\.(.+)\.(?:push)?insteadof$/i.exec(name.text)?.[1];
  const to = address === undefined ? undefined : placeOf(address);
  const from = placeOf(value.text);
  // `gh:` and the like are only short for an address.
  return to === undefined || from === undefined || to.host === from.host
    ? undefined
    : {
        operation: "redirect_remotes",
        effects: ["persistence"],
        because: `git goes to \`${to.host}\` where \`${value.text}\` is meant`,
        target: words
          .slice(1)
          .map((word) => word.text)
          .join(" ")
          .slice(0, 160),
      };
}

interface Place {
  readonly host: string;
  /** The first step of the path: an account or a group; empty where it is not known. */
  readonly owner: string;
}

/** `https://host/owner/repo`, `git@host:owner/repo`, `ssh://…`; undefined for names and paths. */
function placeOf(text: string): Place | undefined {
  const short = /^(?:[\w.-]+@)?([\w.-]+\.[\w-]+|\[[0-9a-f:]+\]):(?!\/\/)\/?([^/]*)/i.exec(text);
  if (short !== null) {
    return { host: (short[1] ?? "").toLowerCase(), owner: (short[2] ?? "").toLowerCase() };
  }
  if (!/^[a-z][a-z+.-]*:\/\//i.test(text) || /^file:/i.test(text)) {
    return undefined;
  }
  const url = readUrl(text);
  return url.host === ""
    ? undefined
    : { host: url.host, owner: (url.path.split("/")[1] ?? "").toLowerCase() };
}

function isHere(host: string): boolean {
  return /^(?:localhost|127\.|\[::1\]|10\.|192\.168\.)/.test(host);
}

/** The remotes of the repository around the working directory. */
function remotesOf({ cwd, workspace, lookups }: GitSite["scope"]): readonly Place[] {
  let folder = cwd ?? workspace;
  for (let level = 0; level < 12; level += 1) {
    const file = lookups.readFile(`${folder}/.git/config`);
    if (file.kind === "text") {
      return [...file.text.matchAll(/^\s*(?:push)?url\s*=\s*(\S+)/gim)].flatMap(
        (match) => placeOf(match[1] ?? "") ?? [],
      );
    }
    if (folder === "/") {
      break;
    }
    folder = parentOf(folder);
  }
  return [];
}
