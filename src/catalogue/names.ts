/** Longest name that is looked at: the patterns below are not linear, and no API has longer ones. */
const maxName = 200;

/** `volumeInstancePITRRestore`, `delete-volume`, `Delete Volume` → `volume_instance_pitr_restore`, `delete_volume`. */
export function snakeCase(name: string): string {
  return name
    .slice(0, maxName)
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1_$2")
    .replace(/[^A-Za-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "")
    .toLowerCase();
}

/** `volume_instance_update` → `volume instance update`. */
export function spaced(name: string): string {
  return name.replaceAll("_", " ");
}

const deleting = words(
  "delete deletes del remove removes rm destroy destroys purge wipe drop erase terminate truncate clear nuke prune uninstall unset cleanup deprovision decommission teardown flush force",
);
const reading = words(
  "get gets list lists ls read search find show describe view fetch query status count check whoami lookup inspect preview validate help docs logs metrics info diff compare explain browse export retrieve",
);
const changing = words(
  "create creates add set update upsert edit rename move copy insert put patch write post send deploy redeploy restart start stop enable disable attach detach connect link scale rollback restore reset rotate apply commit merge publish import upload install invite grant revoke transfer trigger generate cancel approve assign change replace toggle execute exec run invoke provision migrate",
);
const revealing = words("token tokens secret secrets credential credentials password passwords passphrase");
const revealingAtEnd = words("variables variable key keys env");

/** Words that, in front of all others, say that what follows is only looked at: `get_merge_request`. */
const looking = words("get list search describe read find show view count fetch lookup retrieve");

/** What a name alone suggests. `unknown` where no word says anything, which is never taken for a read. */
export type NameVerb = "read" | "change" | "delete" | "unknown";

export function verbOf(snake: string): NameVerb {
  const parts = snake.split("_");
  if (parts.some((part) => deleting.has(part))) {
    return "delete";
  }
  const looks = looking.has(parts[0] ?? "") && !parts.some((part) => part === "and" || part === "or");
  if (!looks && parts.some((part) => changing.has(part))) {
    return "change";
  }
  return parts.some((part) => reading.has(part)) ? "read" : "unknown";
}

/** True where an answer to an operation of that name may hold a secret. */
export function soundsRevealing(snake: string): boolean {
  const parts = snake.split("_");
  return parts.some((part) => revealing.has(part)) || revealingAtEnd.has(parts.at(-1) ?? "");
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(" "));
}
