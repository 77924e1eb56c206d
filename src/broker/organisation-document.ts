import { canonicalJson, isJsonObject, parseJson } from "../base/json.ts";
import { err, ok, type Result } from "../base/result.ts";
import { verifySignature } from "./approver-keys.ts";

/** What an organisation signs. */
export interface OrganisationDocument {
  /** Counts up with every text: an older one is never taken again. A whole number from 1. */
  readonly version: number;
  /** ISO 8601 in UTC. From then on it only tightens. */
  readonly expires: string;
  /** The policy, in YAML or JSON. */
  readonly policy: string;
}

/** The format that this version of Signalbox reads and writes. */
const format = 1;

/** Keeps a signature of a policy from being one of anything else that the same key may have signed. */
const context = "signalbox-organisation-policy:";

const members: ReadonlySet<string> = new Set(["format", "version", "expires", "policy", "signature"]);

/** The exact text that is signed. */
export function signedText({ version, expires, policy }: OrganisationDocument): string {
  return `${context}${canonicalJson({ format, version, expires, policy })}`;
}

/** What is published: the document with its signature (Ed25519, base64), as indented JSON. */
export function publishedText(document: OrganisationDocument, signature: string): string {
  const { version, expires, policy } = document;
  return `${JSON.stringify({ format, version, expires, policy, signature }, null, 2)}\n`;
}

/** Reads what was published, and believes it where any of the keys signed it. The error is the end of a sentence. */
export function readPublished(text: string, keys: readonly string[]): Result<OrganisationDocument> {
  const parsed = parseJson(text);
  const value = parsed.ok ? parsed.value : undefined;
  if (!isJsonObject(value)) {
    return err("it is no signed policy: a JSON object with `version`, `expires`, `policy` and `signature`");
  }
  if (value["format"] !== format) {
    return err(`its format is not ${format}; a newer Signalbox may know it`);
  }
  const unknown = Object.keys(value).find((key) => !members.has(key));
  if (unknown !== undefined) {
    return err(`it has the member \`${unknown.slice(0, 40)}\`, which nobody has signed`);
  }
  const { version, expires, policy, signature } = value;
  if (typeof policy !== "string" || typeof signature !== "string") {
    return err("`policy` and `signature` are not both texts");
  }
  if (typeof version !== "number" || !Number.isSafeInteger(version) || version < 1) {
    return err("`version` is no whole number from 1");
  }
  if (typeof expires !== "string" || expiryOf(expires) === undefined) {
    return err("`expires` is no time such as `2027-01-31T00:00:00.000Z`");
  }
  const document = { version, expires, policy };
  const signed = signedText(document);
  return keys.some((key) => verifySignature(key, signed, signature))
    ? ok(document)
    : err("its signature is not by the organisation's key");
}

/** Whether one document may follow another. INVARIANT: what was replaced never comes back under an older version. */
export function mayFollow(
  next: OrganisationDocument,
  before: OrganisationDocument | undefined,
): Result<"same" | "newer"> {
  if (before === undefined || next.version > before.version) {
    return ok("newer");
  }
  if (next.version < before.version) {
    return err(`version ${next.version} is older than version ${before.version}, which is in force`);
  }
  return signedText(next) === signedText(before)
    ? ok("same")
    : err(`it is another text than the version ${before.version} that is in force`);
}

/** Milliseconds since 1970; undefined for what is no time in UTC. */
export function expiryOf(expires: string): number | undefined {
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z$/.test(expires) ? Date.parse(expires) : NaN;
  return Number.isNaN(time) ? undefined : time;
}
