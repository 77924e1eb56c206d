import { createHash, createPublicKey, verify, type KeyObject } from "node:crypto";
import { isJsonObject, parseJson, stringField } from "../base/json.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { ApproverKey } from "../approve/desk.ts";
import { readOwnFile, writeDurably } from "../record/durable-file.ts";

/** The keys that may answer: the system of record is `approvers.json`. */
export interface ApproverKeys {
  list(): readonly ApproverKey[];
  byPublicKey(publicKey: string): ApproverKey | undefined;
  /** Adds a key. Durable when it returns; throws where it cannot be saved. */
  add(publicKey: string, name: string, at: string): ApproverKey;
}

/** Opens the file of enrolled keys. A damaged one is an error: an empty list would let anybody enroll. */
export function openApproverKeys(file: string): Result<ApproverKeys> {
  const text = readOwnFile(file);
  if (!text.ok) {
    return text;
  }
  const keys = text.value === undefined ? ok([]) : parseKeys(text.value);
  return keys.ok
    ? ok(new FileKeys(file, keys.value))
    : err(`\`${file}\` is damaged (${keys.error}); restore it`);
}

/** The short name of a key: `k_` and the beginning of its hash. */
export function keyIdOf(publicKey: string): string {
  return `k_${createHash("sha256").update(publicKey).digest("hex").slice(0, 16)}`;
}

/** True for an Ed25519 public key as SPKI DER in base64. */
export function isPublicKey(publicKey: string): boolean {
  return keyObject(publicKey) !== undefined;
}

/** Checks an Ed25519 signature (base64) over a text. False for everything that is not understood. */
export function verifySignature(publicKey: string, text: string, signature: string): boolean {
  const key = keyObject(publicKey);
  if (key === undefined) {
    return false;
  }
  try {
    return verify(null, Buffer.from(text, "utf8"), key, Buffer.from(signature, "base64"));
  } catch {
    return false;
  }
}

function keyObject(publicKey: string): KeyObject | undefined {
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey, "base64"), format: "der", type: "spki" });
    return key.asymmetricKeyType === "ed25519" ? key : undefined;
  } catch {
    return undefined;
  }
}

interface StoredKey extends ApproverKey {
  readonly enrolledAt: string;
}

class FileKeys implements ApproverKeys {
  private readonly file: string;
  private keys: readonly StoredKey[];

  constructor(file: string, keys: readonly StoredKey[]) {
    this.file = file;
    this.keys = keys;
  }

  list(): readonly ApproverKey[] {
    return this.keys;
  }

  byPublicKey(publicKey: string): ApproverKey | undefined {
    return this.keys.find((key) => key.publicKey === publicKey);
  }

  add(publicKey: string, name: string, at: string): ApproverKey {
    const known = this.byPublicKey(publicKey);
    if (known !== undefined) {
      return known;
    }
    const key = { keyId: keyIdOf(publicKey), publicKey, name, enrolledAt: at };
    const keys = [...this.keys, key];
    writeDurably(this.file, `${JSON.stringify({ version: 1, keys }, null, 2)}\n`);
    this.keys = keys;
    return key;
  }
}

function parseKeys(text: string): Result<readonly StoredKey[]> {
  const parsed = parseJson(text);
  if (!parsed.ok) {
    return parsed;
  }
  const list = isJsonObject(parsed.value) ? parsed.value["keys"] : undefined;
  if (!Array.isArray(list)) {
    return err("it has no list of keys");
  }
  const keys: StoredKey[] = [];
  for (const item of list as readonly unknown[]) {
    const publicKey = isJsonObject(item) ? stringField(item, "publicKey") : undefined;
    if (!isJsonObject(item) || publicKey === undefined || !isPublicKey(publicKey)) {
      return err(`key ${keys.length + 1} is not understood`);
    }
    const name = stringField(item, "name") ?? "";
    keys.push({
      keyId: keyIdOf(publicKey),
      publicKey,
      name,
      enrolledAt: stringField(item, "enrolledAt") ?? "",
    });
  }
  return ok(keys);
}
