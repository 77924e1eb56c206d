import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  scryptSync,
  sign,
} from "node:crypto";
import { isJsonObject, parseJson, stringField } from "../base/json.ts";
import { err, ok, type Result } from "../base/result.ts";

/** The human's key at a terminal. */
export interface TerminalKey {
  /** SPKI in DER, base64. */
  readonly publicKey: string;
  /** Ed25519 over the UTF-8 text, base64. */
  sign(text: string): string;
}

/** 64 MB and about 0.2 s for one guess. */
const cost = { N: 2 ** 16, r: 8, p: 1, maxmem: 128 * 1024 * 1024 } as const;
const keyBytes = 32;

/** Shortest passphrase, in characters. */
export const passphraseMinimum = 8;

/**
 * A new Ed25519 key as the text of its file. A file of the same user is open to everything that the user runs, so the private
 * half is sealed with what only a human knows (scrypt, AES-256-GCM).
 */
export function newTerminalKey(passphrase: string): string {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const salt = randomBytes(16);
  const iv = randomBytes(12);
  const spki = publicKey.export({ format: "der", type: "spki" }).toString("base64");
  const cipher = createCipheriv("aes-256-gcm", scryptSync(passphrase, salt, keyBytes, cost), iv);
  // The public half is shown before the passphrase is known: it has to belong to what is sealed.
  cipher.setAAD(Buffer.from(spki));
  const sealed = Buffer.concat([
    cipher.update(privateKey.export({ format: "der", type: "pkcs8" })),
    cipher.final(),
  ]);
  const [saltText, ivText, tag, data] = [salt, iv, cipher.getAuthTag(), sealed].map((bytes) =>
    bytes.toString("base64"),
  );
  return `${JSON.stringify({ version: 1, publicKey: spki, kdf: "scrypt", salt: saltText, iv: ivText, tag, sealed: data })}\n`;
}

/** Opens a key's file. The error is one sentence: damaged, or the wrong passphrase. */
export function openTerminalKey(text: string, passphrase: string): Result<TerminalKey> {
  const parsed = parseJson(text);
  const file = parsed.ok && isJsonObject(parsed.value) ? parsed.value : undefined;
  const members = ["publicKey", "salt", "iv", "tag", "sealed"] as const;
  const [publicKey, salt, iv, tag, sealed] = members.map((name) =>
    file === undefined ? undefined : stringField(file, name),
  );
  if (
    publicKey === undefined ||
    salt === undefined ||
    iv === undefined ||
    tag === undefined ||
    sealed === undefined
  ) {
    return err("the key's file is damaged; make a new key with `signalbox approver create --replace`");
  }
  try {
    const secret = scryptSync(passphrase, Buffer.from(salt, "base64"), keyBytes, cost);
    const decipher = createDecipheriv("aes-256-gcm", secret, Buffer.from(iv, "base64"), {
      authTagLength: 16,
    });
    decipher.setAAD(Buffer.from(publicKey));
    decipher.setAuthTag(Buffer.from(tag, "base64"));
    const der = Buffer.concat([decipher.update(Buffer.from(sealed, "base64")), decipher.final()]);
    const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
    const own = createPublicKey(key).export({ format: "der", type: "spki" }).toString("base64");
    return ok({
      publicKey: own,
      sign: (message) => sign(null, Buffer.from(message, "utf8"), key).toString("base64"),
    });
  } catch {
    return err("the passphrase does not open the key");
  }
}
