import { basename } from "node:path";
import { globMatcher, samples, type SignalGlobs, type SignalPlace } from "./signal-globs.ts";

/** Names that environment files and keys commonly have, for lists that know no exceptions. */
const stages =
  "local development dev production prod staging stage test testing ci preview qa uat live shared secret secrets docker backup bak old private";
const keys =
  "key private private-key private_key privatekey privkey server server-key server_key client client-key client_key tls ssl rsa ec ecdsa ed25519 id_rsa signing signing-key jwt deploy deploy-key deploy_key service-key app ssh secret";
const commonNames: readonly string[] = [
  ".env",
  ".envrc",
  ...stages
    .split(" ")
    .flatMap((word) => [`.env.${word}`, `.env.${word}.local`, `${word}.env`, `.dev.vars.${word}`]),
  ...keys.split(" ").flatMap((word) => [`${word}.pem`, `${word}.key`]),
  ...["id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "identity"].map((name) => `.ssh/${name}`),
];

/**
 * The hidden patterns for a list of denials that knows no exceptions. One that would take in what is shown is replaced by the common
 * names that it stands for; what has none is `left` to the hooks. It never denies what Signal shows.
 */
export function denyGlobs(
  { hidden, shown }: SignalGlobs,
  place: SignalPlace,
): { readonly denied: readonly string[]; readonly left: readonly string[] } {
  const denied = new Set<string>();
  const left: string[] = [];
  const shownPaths = shown.flatMap((glob) => samples(glob, place));
  const takesInShown = (glob: string): boolean => shownPaths.some(globMatcher(glob, place));
  for (const glob of hidden) {
    if (!takesInShown(glob)) {
      denied.add(glob);
      continue;
    }
    const isHidden = globMatcher(glob, place);
    const names = commonNames
      .filter((name) => isHidden(`${place.workspace}/${name}`))
      .map((name) => `**/${name}`)
      .filter((each) => !takesInShown(each) && !shown.some((other) => isNamed(other, each)));
    names.forEach((name) => denied.add(name));
    if (names.length === 0) {
      left.push(glob);
    }
  }
  return { denied: [...denied], left };
}

/** An exception for one place must not be denied by a name that means every place. */
function isNamed(shown: string, name: string): boolean {
  return basename(shown) === basename(name);
}
