import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { formatDiagnostic } from "../base/diagnostic.ts";
import { packagedCatalogue } from "../boundary/files/packaged.ts";
import { expiryOf, publishedText, readPublished, signedText } from "../broker/organisation-document.ts";
import { readTemplate } from "../broker/organisation-feed.ts";
import { policyCompiler } from "../broker/policy-compiler.ts";
import { errorCode } from "../record/durable-file.ts";
import { exitCodes, print, UsageError, type CommandContext } from "./command.ts";
import { readPolicyText } from "./evaluate.ts";
import { onlyPositional, type ParsedOptions } from "./options.ts";

/** How long a document holds where its author does not say, in days. */
const usualDays = 30;
const dayMs = 24 * 60 * 60 * 1000;

/** `policy keygen --out FILE`: the private half to the file, the public one to stdout. */
export function makeOrganisationKey(
  { text, positionals, rest }: ParsedOptions,
  context: CommandContext,
): number {
  if (text["out"] === undefined || positionals.length > 0 || rest !== undefined) {
    throw new UsageError("say with `--out FILE` where the private key goes");
  }
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const file = resolve(context.cwd, text["out"]);
  try {
    // `wx`: a key that is there already is somebody's.
    writeFileSync(file, privateKey.export({ format: "pem", type: "pkcs8" }), { mode: 0o600, flag: "wx" });
  } catch (error) {
    throw new UsageError(`\`${file}\` cannot be written (${errorCode(error)})`);
  }
  print(context.stdout, publicText(publicKey));
  print(context.stderr, `the private key is in ${file}; whoever holds it speaks for your organisation`);
  return exitCodes.done;
}

/** `policy sign --key FILE [--version N] [--expires WHEN] FILE`: what to publish, on stdout. */
export function signOrganisationPolicy(parsed: ParsedOptions, context: CommandContext): number {
  const { text } = parsed;
  if (text["key"] === undefined) {
    throw new UsageError("say with `--key FILE` which private key signs");
  }
  const file = resolve(context.cwd, onlyPositional(parsed, "the policy"));
  const policy = readPolicyText(file);
  const key = readPrivateKey(resolve(context.cwd, text["key"]));
  checkLoads({ file, text: policy }, context);
  const now = Date.now();
  const document = {
    version: versionOf(text["version"], now),
    expires: expiresOf(text["expires"] ?? `${usualDays}d`, now),
    policy,
  };
  const signature = sign(null, Buffer.from(signedText(document), "utf8"), key).toString("base64");
  const published = publishedText(document, signature);
  const publicKey = publicText(createPublicKey(key));
  const read = readPublished(published, [publicKey]);
  if (!read.ok) {
    throw new UsageError(`what was signed would not be taken: ${read.error}`);
  }
  context.stdout.write(published);
  print(context.stderr, `version ${document.version}, expires ${document.expires}, key ${publicKey}`);
  return exitCodes.done;
}

function readPrivateKey(file: string): KeyObject {
  try {
    const key = createPrivateKey(readFileSync(file));
    if (key.asymmetricKeyType === "ed25519") {
      return key;
    }
  } catch (error) {
    throw new UsageError(`\`${file}\` is no private key that can be read (${errorCode(error)})`);
  }
  throw new UsageError(`\`${file}\` is no Ed25519 key; make one with \`signalbox policy keygen\``);
}

/** Nobody is to find out on their machines that it does not load. */
function checkLoads(
  source: { readonly file: string; readonly text: string },
  { home }: CommandContext,
): void {
  const compile = policyCompiler({ catalogue: packagedCatalogue(), home, shown: formatDiagnostic });
  const compiled = compile({ ...source, layer: "organisation", workspace: home, read: readTemplate });
  if (!compiled.ok) {
    throw new UsageError(`the policy does not load\n${compiled.error}`);
  }
}

/** Seconds since 1970 where none is said: they count up by themselves. */
function versionOf(written: string | undefined, now: number): number {
  const version = written === undefined ? Math.floor(now / 1000) : Number(written);
  if (!Number.isSafeInteger(version) || version < 1) {
    throw new UsageError("`--version` is a whole number from 1, greater than that of the last document");
  }
  return version;
}

function expiresOf(written: string, now: number): string {
  const days = /^(\d{1,4})d$/.exec(written)?.[1];
  const day = /^\d{4}-\d\d-\d\d$/.test(written) ? `${written}T00:00:00.000Z` : written;
  const time = days === undefined ? expiryOf(day) : now + Number(days) * dayMs;
  if (time === undefined || time <= now) {
    throw new UsageError("`--expires` is a time to come, such as `90d` or `2027-01-31`");
  }
  return new Date(time).toISOString();
}

function publicText(key: KeyObject): string {
  return key.export({ format: "der", type: "spki" }).toString("base64");
}
